namespace Aeronet.AspNetCore.Middleware;

/// <summary>One thing that is wrong with <see cref="AeronetCorsOptions"/>.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Key">The configuration key, such as <c>Aeronet:Cors:Policies:spa:Origins</c>.</param>
/// <param name="Value">The value as it was given.</param>
/// <param name="Remedy">What would be right.</param>
public sealed record AeronetCorsError(AeronetCorsErrorKind Kind, string Key, string? Value, string Remedy)
{
    /// <summary>Key, value and remedy in one line.</summary>
    public override string ToString() =>
        string.Concat($"{Key} has '{Value}': {Remedy}.".Select(c => char.IsControl(c) ? ' ' : c));
}
