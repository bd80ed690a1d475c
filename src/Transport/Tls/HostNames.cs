namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>Looks a server name up among exact names and wildcards.</summary>
internal static class HostNames
{
    /// <summary>What stands under a name, or under the longest wildcard that covers it.</summary>
    /// <param name="hosts">Names, and wildcards such as <c>*.example.com</c>.</param>
    /// <param name="name">The name a client asked for.</param>
    /// <param name="deepWildcards">Whether a wildcard covers any number of labels, as in Kestrel, instead of one (RFC 9525, section 6.3).</param>
    internal static TValue? Find<TValue>(IDictionary<string, TValue> hosts, string name, bool deepWildcards)
        where TValue : class
    {
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
}
