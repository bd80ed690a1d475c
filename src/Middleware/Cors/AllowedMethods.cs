using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>The methods of a policy.</summary>
internal sealed class AllowedMethods(IList<string> methods, bool credentials)
{
    private readonly bool _any = methods.Contains(FetchNames.Any);
    private readonly FrozenSet<string> _methods = methods.ToFrozenSet(StringComparer.Ordinal);
    private readonly StringValues _field = methods.Count == 0 ? default
        : methods.Contains(FetchNames.Any) ? FetchNames.Any
        : string.Join(',', methods.Distinct());

    /// <param name="requested">The field <c>Access-Control-Request-Method</c>.</param>
    public bool Contains(StringValues requested) => requested is [{ } method]
        && (FetchNames.IsSafelisted(method)
            || _methods.Contains(method)
            || (_any && FetchNames.IsToken(method) && !FetchNames.IsForbiddenMethod(method)));

    // With credentials the asterisk is a method like any other.
    public StringValues ToField(StringValues requested) => _any && credentials ? requested : _field;
}
