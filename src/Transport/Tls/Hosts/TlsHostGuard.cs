using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.SendFile;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>
/// Keeps requests for a host off connections that it would not have let in itself: the client was let in by another host, where it showed
/// no certificate, or one that this host might not trust, or by a version of TLS or a key exchange that this host does not have.
/// </summary>
/// <param name="connected">The host that let the connection in.</param>
/// <param name="version">By which version; asked when there is a request.</param>
/// <param name="isPostQuantum">Whether by post-quantum key exchange.</param>
/// <param name="hostOf">The host of a name.</param>
internal sealed class TlsHostGuard(TlsHost connected, Func<SslProtocols> version, bool isPostQuantum, Func<ReadOnlySpan<char>, TlsHost> hostOf) : IHostGuard
{
    // A name and a port. What is longer is not kept for the life of a connection.
    private const int LongestKept = HostNames.MaxLength + 7;

    // Most connections ask for one host only.
    private string? _served;

    /// <summary>Whether an endpoint with these hosts needs a guard.</summary>
    internal static bool IsNeededFor(TlsHost endpoint, IEnumerable<TlsHost> hosts)
    {
        var named = hosts.ToArray();
        return named.Length > 0 && named.Append(endpoint).Any(host => !host.IsOpen || host.Protocols != endpoint.Protocols || host.RequiresPostQuantum != endpoint.RequiresPostQuantum);
    }

    public bool MayServe(string authority)
    {
        if (authority == _served)
        {
            return true;
        }

        var host = hostOf(NameOf(authority));
        if (host != connected && !host.WouldLetIn(connected, version(), isPostQuantum))
        {
            return false;
        }

        if (authority.Length <= LongestKept)
        {
            _served = authority;
        }

        return true;
    }

    // An IPv6 address in brackets has colons and is nobody's name.
    private static ReadOnlySpan<char> NameOf(string authority)
    {
        var port = authority.LastIndexOf(':');
        return port > 0 && authority[0] != '[' ? authority.AsSpan(0, port) : authority;
    }
}
