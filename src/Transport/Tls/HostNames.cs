using System.Globalization;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>Looks a server name up among exact names and wildcards.</summary>
internal static class HostNames
{
    private const string AnyLabel = "*.";

    private static readonly IdnMapping s_idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// A configured name as clients send it: in ASCII (RFC 5890) and without the root's dot. Null when it is no DNS name, nor
    /// <c>*.</c> and one.
    /// </summary>
    internal static string? TryNormalize(string name)
    {
        var prefix = name.StartsWith(AnyLabel, StringComparison.Ordinal) ? AnyLabel : "";
        var labels = WithoutRoot(name[prefix.Length..]);
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

        return Uri.CheckHostName(labels) == UriHostNameType.Dns && !labels.Contains('*', StringComparison.Ordinal) ? prefix + labels : null;
    }

    /// <summary>What stands under a name, or under the longest wildcard that covers it. Names compare as the keys do.</summary>
    /// <param name="hosts">Names, and wildcards such as <c>*.example.com</c>.</param>
    /// <param name="name">The name a client asked for.</param>
    /// <param name="deepWildcards">Whether a wildcard covers any number of labels, as in Kestrel, instead of one (RFC 9525, section 6.3).</param>
    internal static TValue? Find<TValue>(IDictionary<string, TValue> hosts, string name, bool deepWildcards)
        where TValue : class
    {
        // Some clients send it, although RFC 6066, section 3, has no dot there; such a name must not miss its host's policy.
        name = WithoutRoot(name);
        if (hosts.TryGetValue(name, out var value))
        {
            return value;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        while (dot > 0)
        {
            if (hosts.TryGetValue(string.Concat("*", name.AsSpan(dot)), out value))
            {
                return value;
            }

            dot = deepWildcards ? name.IndexOf('.', dot + 1) : 0;
        }

        return null;
    }

    private static string WithoutRoot(string name) => name.Length > 1 && name[^1] == '.' ? name[..^1] : name;
}
