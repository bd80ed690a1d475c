using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Hosting;

/// <summary>Reads <c>Aeronet:Pipeline</c>, and refuses sections of <c>Aeronet</c> that nobody would read.</summary>
internal sealed class AeronetPipelineOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetPipelineOptions>
{
    /// <exception cref="InvalidOperationException"><c>AddAeronet</c> was not called.</exception>
    public static void EnsureAdded(IServiceProvider services, string caller)
    {
        if (!services.GetServices<IConfigureOptions<AeronetPipelineOptions>>().OfType<AeronetPipelineOptionsSetup>().Any())
        {
            throw new InvalidOperationException($"There is nothing that {caller} could go by: call builder.AddAeronet().");
        }
    }

    public void Configure(AeronetPipelineOptions options)
    {
        var failures = new OptionFailures();
        var all = new StrictSection(configuration, AeronetSections.Root, failures);
        all.Expect(AeronetSections.Names);
        all.RefuseTheRest();

        var section = new StrictSection(configuration, AeronetPipelineOptions.SectionName, failures);
        ReadSwitch(nameof(options.AccessLog), value => options.AccessLog = value);
        ReadSwitch(nameof(options.HttpsRedirect), value => options.HttpsRedirect = value);
        ReadSwitch(nameof(options.Cors), value => options.Cors = value);
        ReadSwitch(nameof(options.Routes), value => options.Routes = value);
        ReadSwitch(nameof(options.StaticFiles), value => options.StaticFiles = value);
        ReadSwitch(nameof(options.TlsMetrics), value => options.TlsMetrics = value);
        ReadSwitch(nameof(options.Dashboard), value => options.Dashboard = value);
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetPipelineOptions));

        void ReadSwitch(string key, Action<bool> apply) => section.Read<bool>(key, bool.TryParse, ConfigurationText.BoolRemedy, apply);
    }
}
