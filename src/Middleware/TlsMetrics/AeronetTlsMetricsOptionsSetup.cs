using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>Reads <c>Aeronet:TlsMetrics</c>.</summary>
internal sealed class AeronetTlsMetricsOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetTlsMetricsOptions>
{
    public void Configure(AeronetTlsMetricsOptions options)
    {
        var failures = new OptionFailures();
        var section = new StrictSection(configuration, AeronetTlsMetricsOptions.SectionName, failures);
        section.ReadList(nameof(options.RequestTags), "a list of tags such as 'tls.cipher'", values => options.RequestTags = values);
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetTlsMetricsOptions));
    }
}
