using Aeronet.AspNetCore.StaticFiles;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Middleware.Hosting;

/// <summary>The sections within <c>Aeronet</c>.</summary>
internal static class AeronetSections
{
    public const string Root = "Aeronet";

    public const string AccessLog = nameof(AeronetPipelineOptions.AccessLog);
    public const string HttpsRedirect = nameof(AeronetPipelineOptions.HttpsRedirect);
    public const string Cors = nameof(AeronetPipelineOptions.Cors);
    public const string Routes = nameof(AeronetPipelineOptions.Routes);
    public const string StaticFiles = nameof(AeronetPipelineOptions.StaticFiles);
    public const string TlsMetrics = nameof(AeronetPipelineOptions.TlsMetrics);
    public const string Health = "Health";
    public const string Dashboard = nameof(AeronetPipelineOptions.Dashboard);

    /// <summary>Every one there is.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. new[]
        {
            AeronetTransportOptions.SectionName, AeronetConnectionLimitOptions.SectionName, AeronetProxyProtocolOptions.SectionName, AeronetTlsOptions.SectionName, AeronetPipelineOptions.SectionName,
            AeronetAccessLogOptions.SectionName, AeronetHttpsRedirectOptions.SectionName, AeronetCorsOptions.SectionName,
            AeronetRouteOptions.SectionName, AeronetStaticFileOptions.SectionName, AeronetTlsMetricsOptions.SectionName,
            AeronetDashboardOptions.SectionName, AeronetParserDiagnosticsOptions.SectionName, AeronetHealthOptions.SectionName,
        }.Select(ConfigurationPath.GetSectionKey)!,
    ];

    /// <summary>Whether configuration has the section. One without keys (<c>{}</c>) counts: it asks for the defaults.</summary>
    public static bool Has(IConfiguration configuration, string name) =>
        configuration.GetSection(Root).GetChildren().Any(child => child.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
}
