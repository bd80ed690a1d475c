using System.Net;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Finds the client behind known proxies, and behind no others.</summary>
internal sealed class ClientAddress(IEnumerable<string> knownProxies, string forwardedHeader)
{
    private readonly IPNetwork[] _known = [.. knownProxies.Select(text => TryParse(text, out var network)
        ? network
        : throw new ArgumentException("Not a network.", nameof(knownProxies)))];

    /// <summary>Reads an address or a network.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
        {
            return true;
        }

        if (!IPAddress.TryParse(text, out var address))
        {
            return false;
        }

        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    public IPAddress? Find(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (_known.Length == 0 || address is null || !IsKnown(address))
        {
            return address;
        }

        // From the nearest one on: what a proxy that is not known says, it may have made up.
        var lines = context.Request.Headers[forwardedHeader];
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            var rest = lines[i].AsSpan();
            while (!rest.IsEmpty)
            {
                var comma = rest.LastIndexOf(',');
                if (!TryParseEntry(rest[(comma + 1)..].Trim(" \t"), out var entry))
                {
                    return address;
                }

                address = entry;
                if (!IsKnown(address))
                {
                    return address;
                }

                rest = comma < 0 ? [] : rest[..comma];
            }
        }

        return address;
    }

    // Some proxies add the port.
    private static bool TryParseEntry(ReadOnlySpan<char> text, out IPAddress address)
    {
        if (IPEndPoint.TryParse(text, out var endPoint))
        {
            address = endPoint.Address;
            return true;
        }

        return IPAddress.TryParse(text, out address!);
    }

    private bool IsKnown(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
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
