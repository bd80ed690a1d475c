using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Dashboard;

/// <summary>Reads <c>Aeronet:Dashboard</c>.</summary>
internal sealed class AeronetDashboardOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetDashboardOptions>
{
    private const string TimeRemedy = "a time such as 00:00:01 (hours:minutes:seconds)";

    public void Configure(AeronetDashboardOptions options)
    {
        var failures = new OptionFailures();
        var section = new StrictSection(configuration, AeronetDashboardOptions.SectionName, failures);
        section.Read<TimeSpan>(
            nameof(options.Interval), ConfigurationText.TryParseTime, TimeRemedy, value => options.Interval = value);
        section.Read<TimeSpan>(
            nameof(options.History), ConfigurationText.TryParseTime, TimeRemedy, value => options.History = value);
        section.Read<string>(nameof(options.Title), ConfigurationText.TryParseString, "a text", value => options.Title = value);
        section.Read<int>(nameof(options.MaxViewers), ConfigurationText.TryParseInt, "1 to 1000", value => options.MaxViewers = value);
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetDashboardOptions));
    }
}
