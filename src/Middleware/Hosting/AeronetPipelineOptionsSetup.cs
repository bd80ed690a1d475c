using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Hosting;

/// <summary>Reads <c>Aeronet:Pipeline</c>, and refuses sections of <c>Aeronet</c> that nobody would read.</summary>
internal sealed class AeronetPipelineOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetPipelineOptions>
{
    public void Configure(AeronetPipelineOptions options)
    {
        var failures = new OptionFailures();
        var all = new StrictSection(configuration.GetSection(AeronetSections.Root), failures);
        all.Expect(AeronetSections.Names);
        all.RefuseTheRest();

        var section = new StrictSection(configuration.GetSection(AeronetPipelineOptions.SectionName), failures);
        ReadSwitch(nameof(options.AccessLog), value => options.AccessLog = value);
        ReadSwitch(nameof(options.HttpsRedirect), value => options.HttpsRedirect = value);
        ReadSwitch(nameof(options.Cors), value => options.Cors = value);
        ReadSwitch(nameof(options.Routes), value => options.Routes = value);
        ReadSwitch(nameof(options.StaticFiles), value => options.StaticFiles = value);
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetPipelineOptions));

        void ReadSwitch(string key, Action<bool> apply) => section.Read<bool>(key, bool.TryParse, ConfigurationText.BoolRemedy, apply);
    }
}
