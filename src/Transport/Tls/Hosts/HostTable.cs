namespace Aeronet.AspNetCore.Transport.Tls.Hosts;

/// <summary>
/// Finds what stands under a host's name, or under the longest wildcard that covers it. Clients choose what is looked up, as
/// often as they like: a look-up allocates nothing, and compares once for each length that a wildcard has.
/// </summary>
/// <param name="deepWildcards">Whether a wildcard covers any number of labels, as in Kestrel, instead of one (RFC 9525, section 6.3).</param>
internal sealed class HostTable<TValue>(bool deepWildcards)
    where TValue : class
{
    private readonly Dictionary<string, TValue> _names = new(StringComparer.OrdinalIgnoreCase);

    // From the dot on.
    private readonly Dictionary<string, TValue> _wildcards = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool[] _wildcardLengths = new bool[HostNames.MaxLength + 2];

    internal IEnumerable<TValue> Values => _names.Values.Concat(_wildcards.Values);

    /// <summary>Adds a name, or a wildcard such as <c>*.example.com</c>, from <see cref="HostNames.TryNormalize"/>.</summary>
    internal void Add(string name, TValue value)
    {
        if (!name.StartsWith(HostNames.AnyLabel, StringComparison.Ordinal))
        {
            _names.Add(name, value);
            return;
        }

        _wildcards.Add(name[1..], value);
        _wildcardLengths[name.Length - 1] = true;
    }

    /// <summary>What stands under the name a client asked for, in whatever case; null when there is nothing.</summary>
    internal TValue? Find(ReadOnlySpan<char> name)
    {
        name = HostNames.WithoutRoot(name);
        if (name.Length is 0 or > HostNames.MaxLength)
        {
            return null;
        }

        if (_names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var value))
        {
            return value;
        }

        var wildcards = _wildcards.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var dot = name.IndexOf('.'); dot > 0; dot = deepWildcards ? IndexOfDot(name, dot + 1) : -1)
        {
            var rest = name[dot..];
            if (_wildcardLengths[rest.Length] && wildcards.TryGetValue(rest, out value))
            {
                return value;
            }
        }

        return null;
    }

    private static int IndexOfDot(ReadOnlySpan<char> name, int start) => name[start..].IndexOf('.') is >= 0 and var index ? start + index : -1;
}
