using System.Globalization;

namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>What can be the name of a host.</summary>
internal static class HostNames
{
    /// <summary>The most characters of a name without the root's dot: 255 octets on the wire (RFC 1035, section 2.3.4).</summary>
    internal const int MaxLength = 253;

    internal const string AnyLabel = "*.";

    private static readonly IdnMapping s_idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// A configured name as clients send it: in ASCII (RFC 5890) and without the root's dot. Null when it is no DNS name, nor
    /// <c>*.</c> and one.
    /// </summary>
    internal static string? TryNormalize(string name)
    {
        var prefix = name.StartsWith(AnyLabel, StringComparison.Ordinal) ? AnyLabel : "";
        var labels = name[prefix.Length..];
        if (!labels.All(char.IsAscii))
        {
            try
            {
                labels = s_idn.GetAscii(labels);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        // Once, and not before: other scripts have dots of their own, which are one only now.
        labels = WithoutRoot(labels).ToString();
        return labels.Length <= MaxLength && !labels.EndsWith('.') && Uri.CheckHostName(labels) == UriHostNameType.Dns && !labels.Contains('*', StringComparison.Ordinal)
            ? prefix + labels
            : null;
    }

    /// <summary>Some clients send the root's dot, although RFC 6066, section 3, has none; such a name must not miss its host's policy.</summary>
    internal static ReadOnlySpan<char> WithoutRoot(ReadOnlySpan<char> name) => name is [_, .., '.'] ? name[..^1] : name;
}
