using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>Whose headers are believed.</summary>
internal sealed class TrustedPeers
{
    private readonly IPNetwork[] _networks;
    private readonly bool _trustsUnixSockets;

    /// <param name="peers">Of which <see cref="IsValid"/> says that they are.</param>
    internal TrustedPeers(IEnumerable<string> peers)
    {
        var all = peers.ToList();
        _trustsUnixSockets = all.RemoveAll(IsUnixSocket) > 0;
        _networks = [.. all.Select(peer => TryParse(peer, out var network) ? network : throw new ArgumentException($"'{peer}' is no network.", nameof(peers)))];
    }

    /// <summary>Whether it is an address, a network, or the name for Unix sockets.</summary>
    internal static bool IsValid(string peer) => IsUnixSocket(peer) || TryParse(peer, out _);

    /// <param name="peer">Who opened the connection; null where the socket does not say.</param>
    /// <param name="local">Where.</param>
    internal bool Trusts(EndPoint? peer, EndPoint? local)
    {
        if (peer is not IPEndPoint { Address: var address })
        {
            return _trustsUnixSockets && (peer ?? local) is UnixDomainSocketEndPoint;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _networks)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsUnixSocket(string peer) => peer.Equals(AeronetProxyProtocolEndpointOptions.UnixSocket, StringComparison.OrdinalIgnoreCase);

    private static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(slash < 0 ? text : text[..slash]);
        if (!StrictAddress.TryParseIPv4(bytes, out var address) && !StrictAddress.TryParseIPv6(bytes, out address))
        {
            return false;
        }

        var length = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash >= 0 && !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length))
        {
            return false;
        }

        // The IPv6 form of an IPv4 network is that one: such peers count as IPv4 ones.
        const int Mapping = 96;
        if (address.IsIPv4MappedToIPv6 && length >= Mapping)
        {
            (address, length) = (address.MapToIPv4(), length - Mapping);
        }

        // Where bits behind the prefix are set, one of the two is a mistake; some versions of the framework clear them.
        return IPNetwork.TryParse($"{address}/{length}", out network) && network.BaseAddress.Equals(address);
    }
}
