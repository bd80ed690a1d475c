using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>The request fields of a policy.</summary>
internal sealed class AllowedRequestHeaders
{
    private readonly bool _any;
    private readonly bool _credentials;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;
    private readonly StringValues _field;

    public AllowedRequestHeaders(IList<string> names, bool credentials)
    {
        _any = names.Contains(FetchNames.Any);
        _credentials = credentials;
        _names = names.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _field = names.Count == 0 ? default : string.Join(',', names.Distinct(StringComparer.OrdinalIgnoreCase));
    }

    /// <param name="requested">
    /// The field <c>Access-Control-Request-Headers</c>: names with commas. Browsers write no spaces and one line, and what is between
    /// may change that.
    /// </param>
    public bool Contains(StringValues requested)
    {
        foreach (var line in requested)
        {
            var text = line.AsSpan();
            foreach (var range in text.Split(','))
            {
                var name = text[range].Trim(" \t");
                if (name.Length > 0 && !Contains(name))
                {
                    return false;
                }
            }
        }

        return true;
    }

    // With credentials the asterisk is a name like any other, so what was asked for is repeated.
    public StringValues ToField(StringValues requested) => _any && _credentials ? requested : _field;

    // Without them it means every name but this one.
    private bool Contains(ReadOnlySpan<char> name) => _names.Contains(name)
        || (_any
            && FetchNames.IsToken(name)
            && (_credentials || !name.Equals(FetchNames.Authorization, StringComparison.OrdinalIgnoreCase)));
}
