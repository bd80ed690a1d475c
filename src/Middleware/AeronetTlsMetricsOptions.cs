namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Options of <c>UseAeronetTlsMetrics</c>. Bound from the configuration section <c>Aeronet:TlsMetrics</c>, then changed in code, then
/// validated.
/// </summary>
public sealed class AeronetTlsMetricsOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:TlsMetrics";

    /// <summary>
    /// The tags that https requests get in <c>http.server.request.duration</c>: <c>tls.protocol.version</c>, <c>tls.resumed</c>,
    /// <c>tls.cipher</c>, <c>tls.curve</c>, <c>tls.next_protocol</c>, <c>aeronet.tls.host</c>, <c>aeronet.ktls.send</c>. Each multiplies
    /// the series of that instrument by the number of its values.
    /// </summary>
    /// <remarks>Defaults to <c>tls.protocol.version</c> and <c>tls.resumed</c>, which have two values each.</remarks>
    public IList<string> RequestTags { get; set; } = ["tls.protocol.version", "tls.resumed"];
}
