using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>Reads <c>Aeronet:Health</c>.</summary>
internal sealed class AeronetHealthOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetHealthOptions>
{
    public void Configure(AeronetHealthOptions options)
    {
        var failures = new OptionFailures();
        var section = new StrictSection(configuration, AeronetHealthOptions.SectionName, failures);
        section.Read<int>(nameof(options.Port), ConfigurationText.TryParseInt, "0 to 65535", value => options.Port = value);
        section.Read<bool>(nameof(options.AnyAddress), bool.TryParse, ConfigurationText.BoolRemedy, value => options.AnyAddress = value);
        section.Read<TimeSpan>(nameof(options.StuckAfter), ConfigurationText.TryParseTime, ConfigurationText.TimeRemedy, value => options.StuckAfter = value);
        section.Read<TimeSpan>(
            nameof(options.CertificateWarning), ConfigurationText.TryParseTime, ConfigurationText.TimeRemedy, value => options.CertificateWarning = value);
        section.Read<bool>(nameof(options.Details), bool.TryParse, ConfigurationText.BoolRemedy, value => options.Details = value);
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetHealthOptions));
    }
}
