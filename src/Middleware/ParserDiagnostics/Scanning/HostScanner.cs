using System.Buffers;
using System.Globalization;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>Checks the Host field of a head whose lines are right (RFC 9112 section 3.2).</summary>
internal static class HostScanner
{
    private const string Host = "a host, and ':' and a port if need be";

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("!$&'()-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> AddressBytes = SearchValues.Create(":.0123456789ABCDEFabcdef"u8);

    public static HeadFault? Find(ReadOnlySpan<byte> head, RequestLine line, FieldLines fields, HeadRules rules)
    {
        if (fields.HostCount != 1)
        {
            return fields.HostCount > 1 ? new HeadFault(RequestFault.HostRepeated, fields.SecondHost, "one Host")
                : line.IsHttp10 ? null : new HeadFault(RequestFault.HostMissing, fields.End, "a Host field");
        }

        var host = head[fields.Host];
        var offset = fields.Host.Start.Value;
        if (IsOther(host, head[line.Target], rules, out var isReplaced))
        {
            return new HeadFault(RequestFault.HostInvalid, offset, "the host and port of the target");
        }

        return !isReplaced && FindInHost(host) is { } at ? new HeadFault(RequestFault.HostInvalid, offset + at, Host) : null;
    }

    /// <summary>Whether the target names a host and Host another.</summary>
    private static bool IsOther(ReadOnlySpan<byte> host, ReadOnlySpan<byte> target, HeadRules rules, out bool isReplaced)
    {
        isReplaced = false;
        if (target[0] == '/' || target is [(byte)'*'])
        {
            return false;
        }

        if (TargetScanner.AuthorityStart(target) is null)
        {
            return !host.SequenceEqual(target);
        }

        if (!Uri.TryCreate(Encoding.ASCII.GetString(target), UriKind.Absolute, out var uri))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(host);
        var isSame = text == uri.Authority
            || (uri.IsDefaultPort && text == string.Create(CultureInfo.InvariantCulture, $"{uri.Authority}:{uri.Port}"));
        isReplaced = !isSame && rules.AllowsHostOverride;
        return !isSame && !isReplaced;
    }

    /// <summary>Where a host is wrong; null if it is right.</summary>
    private static int? FindInHost(ReadOnlySpan<byte> host)
    {
        if (host.IsEmpty)
        {
            return null;
        }

        if (host[0] == ':')
        {
            return 0;
        }

        int end;
        if (host[0] == '[')
        {
            end = host[1..].IndexOfAnyExcept(AddressBytes) + 1;
            if (end == 0)
            {
                return host.Length;
            }

            // The shortest address is "::".
            if (host[end] != ']' || end < 4)
            {
                return end;
            }

            end++;
        }
        else
        {
            end = host.IndexOfAnyExcept(NameBytes);
        }

        return end < 0 || end == host.Length ? null : FindInPort(host, end);
    }

    private static int? FindInPort(ReadOnlySpan<byte> host, int colon)
    {
        if (host[colon] != ':')
        {
            return colon;
        }

        var digits = host[(colon + 1)..];
        return digits.IsEmpty ? host.Length
            : digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is var at and >= 0 ? colon + 1 + at : null;
    }
}
