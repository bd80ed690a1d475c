using System.Collections.Frozen;
using Aeronet.AspNetCore.Middleware.Hosts;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

/// <summary>The hosts that a request may name.</summary>
internal sealed class HostAllowList
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;
    private readonly string[] _suffixes;
    private readonly bool _any;

    /// <param name="patterns">Names, <c>*.name</c> for all names below one, or <c>*</c> for every name.</param>
    public HostAllowList(IReadOnlyCollection<string> patterns)
    {
        _any = patterns.Contains("*");
        _suffixes = [.. patterns.Where(IsWildcard).Select(pattern => pattern[1..])];
        _names = patterns.Select(pattern => pattern.TrimEnd('.')).ToFrozenSet(StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Whether <paramref name="text"/> can be an entry of the list.</summary>
    public static bool IsPattern(string text) => text == "*"
        || (HostField.TryParse(IsWildcard(text) ? text.AsSpan(2) : text, out var host)
            && host.Port is null
            && !text.EndsWith(':')
            && (host.Kind == HostKind.Name || !IsWildcard(text)));

    public bool Contains(HostField host)
    {
        var name = host.Name;
        if (_any || _names.Contains(name))
        {
            return true;
        }

        foreach (var suffix in _suffixes)
        {
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWildcard(string pattern) => pattern.StartsWith("*.", StringComparison.Ordinal);
}
