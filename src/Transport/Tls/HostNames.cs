namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>Looks a server name up among exact names and one-label wildcards (RFC 9525, section 6.3).</summary>
internal static class HostNames
{
    internal static TValue? Find<TValue>(IDictionary<string, TValue> hosts, string name)
        where TValue : class
    {
        if (hosts.TryGetValue(name, out var value))
        {
            return value;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && hosts.TryGetValue(string.Concat("*", name.AsSpan(dot)), out value) ? value : null;
    }
}
