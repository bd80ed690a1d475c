using System.Net;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Finds the client behind known proxies, and behind no others.</summary>
internal sealed class ClientAddress
{
    /// <summary>Stands among proxies for who connects to a Unix socket.</summary>
    public const string UnixSocket = "unix";

    // More proxies than anybody has in a row, and a bound on what a client can make us read.
    private const int MostHops = 32;

    private readonly IPNetwork[] _known;
    private readonly bool _trustsUnixSockets;
    private readonly string _forwardedHeader;
    private readonly bool _isRfc7239;

    public ClientAddress(IEnumerable<string> knownProxies, string forwardedHeader)
    {
        var proxies = knownProxies.ToList();
        _trustsUnixSockets = proxies.RemoveAll(proxy => proxy == UnixSocket) > 0;
        _known = [.. proxies.Select(text => TryParse(text, out var network)
            ? network
            : throw new ArgumentException("Not a network.", nameof(knownProxies)))];
        _forwardedHeader = forwardedHeader;
        _isRfc7239 = forwardedHeader.Equals("Forwarded", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Reads an address or a network; the IPv6 form of an IPv4 one as that.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!ForwardedFor.TryParseAddress(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }

        if (slash < 0)
        {
            address = Unmapped(address);
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        if (!IPNetwork.TryParse(text, out network))
        {
            return false;
        }

        const int Mapping = 96;
        if (address.IsIPv4MappedToIPv6 && network.PrefixLength >= Mapping)
        {
            network = new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - Mapping);
        }

        return true;
    }

    public IPAddress? Find(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null ? !_trustsUnixSockets : _known.Length == 0 || !IsKnown(address))
        {
            return address;
        }

        // From the nearest one on: what a proxy that is not known says, it may have made up.
        var lines = context.Request.Headers[_forwardedHeader];
        var hops = 0;
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            var rest = lines[i].AsSpan();
            while (!rest.IsEmpty && hops++ < MostHops)
            {
                var entry = _isRfc7239 ? ForwardedFor.TakeLastElement(ref rest) : ForwardedFor.TakeLastEntry(ref rest);
                if (entry.IsEmpty)
                {
                    // Nothing between two commas is no entry (RFC 9110, section 5.6.1.2).
                    continue;
                }

                if (!(_isRfc7239 ? ForwardedFor.TryParseElement(entry, out var said) : ForwardedFor.TryParse(entry, out said)))
                {
                    return address;
                }

                address = Unmapped(said);
                if (!IsKnown(address))
                {
                    return address;
                }
            }
        }

        return address;
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private bool IsKnown(IPAddress address)
    {
        address = Unmapped(address);
        foreach (var network in _known)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
