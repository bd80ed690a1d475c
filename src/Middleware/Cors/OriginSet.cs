using System.Collections.Frozen;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>The origins of a policy.</summary>
internal sealed class OriginSet
{
    private readonly FrozenSet<string> _exact;
    private readonly OriginPattern[] _patterns;

    /// <param name="origins">Valid ones, without the asterisk.</param>
    public OriginSet(IEnumerable<string> origins)
    {
        // "null" is compared like any other, and is no pattern.
        var parsed = origins.Distinct().Select(text => (Text: text, Pattern: OriginPattern.Parse(text, out _, out _))).ToList();
        _exact = parsed.Where(o => o.Pattern is null or { IsExact: true }).Select(o => o.Text).ToFrozenSet(StringComparer.Ordinal);
        _patterns = [.. parsed.Select(o => o.Pattern).OfType<OriginPattern>().Where(pattern => !pattern.IsExact)];
    }

    public bool Contains(string text)
    {
        if (_exact.Contains(text))
        {
            return true;
        }

        if (_patterns.Length > 0 && Origin.TryParse(text, out var origin))
        {
            foreach (var pattern in _patterns)
            {
                if (pattern.Matches(origin))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
