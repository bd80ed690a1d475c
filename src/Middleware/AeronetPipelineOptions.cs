namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Which middleware <c>app.UseAeronet()</c> puts into the pipeline. Bound from the configuration section <c>Aeronet:Pipeline</c>, then
/// changed in code. What is called by name (<c>app.UseAeronetCors()</c>) is not asked about here.
/// </summary>
public sealed class AeronetPipelineOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:Pipeline";

    /// <summary>Whether requests are in the access log, as <c>Aeronet:AccessLog</c> says.</summary>
    /// <remarks>Defaults to <see langword="null"/>: if configuration has that section, and be it empty.</remarks>
    public bool? AccessLog { get; set; }

    /// <summary>Whether http is redirected to https, as <c>Aeronet:HttpsRedirect</c> says.</summary>
    /// <remarks>Defaults to <see langword="null"/>: if configuration has that section, and be it empty.</remarks>
    public bool? HttpsRedirect { get; set; }

    /// <summary>Whether CORS is served, as <c>Aeronet:Cors</c> says.</summary>
    /// <remarks>Defaults to <see langword="null"/>: if configuration has that section, and be it empty.</remarks>
    public bool? Cors { get; set; }

    /// <summary>Whether the prefixes of <c>Aeronet:Routes</c> get what it says there.</summary>
    /// <remarks>Defaults to <see langword="null"/>: if configuration has that section.</remarks>
    public bool? Routes { get; set; }

    /// <summary>Whether files are served, as <c>Aeronet:StaticFiles</c> says.</summary>
    /// <remarks>Defaults to <see langword="null"/>: if configuration has that section, and be it empty.</remarks>
    public bool? StaticFiles { get; set; }

    /// <summary>Whether https requests are measured with tags of their TLS, as <c>Aeronet:TlsMetrics</c> says.</summary>
    /// <remarks>Defaults to nothing set: if configuration has that section, and be it empty.</remarks>
    public bool? TlsMetrics { get; set; }

    /// <summary>Whether the dashboard is mapped to <c>/_aeronet</c>, as <c>Aeronet:Dashboard</c> says.</summary>
    /// <remarks>Defaults to <see langword="null"/>: if configuration has that section, and be it empty.</remarks>
    public bool? Dashboard { get; set; }
}
