using Aeronet.AspNetCore.Transport.SendFile;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>
/// Keeps requests for a host that asks for client certificates off connections whose client was let in by another host:
/// it showed no certificate there, or one that this host might not trust.
/// </summary>
internal sealed class TlsHostGuard(TlsHost connected, Func<string, TlsHost> hostOf) : IHostGuard
{
    // Most connections ask for one host only.
    private string? _served;

    /// <summary>Whether an endpoint with these hosts needs a guard.</summary>
    internal static bool IsNeededFor(TlsHost endpoint, IEnumerable<TlsHost> hosts)
    {
        var named = hosts.ToArray();
        return named.Length > 0 && named.Append(endpoint).Any(host => !host.IsOpen);
    }

    public bool MayServe(string authority)
    {
        if (authority == _served)
        {
            return true;
        }

        var host = hostOf(NameOf(authority));
        if (host != connected && !host.IsOpen)
        {
            return false;
        }

        _served = authority;
        return true;
    }

    // An IPv6 address in brackets has colons and is nobody's name.
    private static string NameOf(string authority)
    {
        var port = authority.LastIndexOf(':');
        return port > 0 && authority[0] != '[' ? authority[..port] : authority;
    }
}
