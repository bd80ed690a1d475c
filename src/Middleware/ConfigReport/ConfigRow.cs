namespace Aeronet.AspNetCore.Middleware.ConfigReport;

/// <summary>One setting in force.</summary>
/// <param name="Key">Its configuration key.</param>
/// <param name="Value">The value as configuration would write it, without secrets; null if it has none.</param>
/// <param name="Source">Where it came from.</param>
internal sealed record ConfigRow(string Key, string? Value, string Source);
