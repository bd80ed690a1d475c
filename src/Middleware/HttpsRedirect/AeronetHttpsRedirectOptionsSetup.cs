using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

/// <summary>Reads <c>Aeronet:HttpsRedirect</c>.</summary>
internal sealed class AeronetHttpsRedirectOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetHttpsRedirectOptions>
{
    private const string PortMapRemedy = "http ports with their https ports, such as { \"8080\": 8443 }";

    public void Configure(AeronetHttpsRedirectOptions options)
    {
        var failures = new OptionFailures();
        var section = new StrictSection(configuration, AeronetHttpsRedirectOptions.SectionName, failures);
        section.Read<string>(
            nameof(options.Host), ConfigurationText.TryParseString, "a host name such as 'www.example.com'", value => options.Host = value);
        section.ReadList(
            nameof(options.AllowedHosts), "a list of host names such as 'www.example.com'", values => options.AllowedHosts = values);
        section.Read<int>(nameof(options.HttpsPort), ConfigurationText.TryParseInt, "a port", value => options.HttpsPort = value);
        section.ReadMap<int, int>(
            nameof(options.PortMap),
            ConfigurationText.TryParseInt,
            ConfigurationText.TryParseInt,
            PortMapRemedy,
            (httpPort, httpsPort) => options.PortMap[httpPort] = httpsPort);
        section.Read<int>(
            nameof(options.StatusCode), ConfigurationText.TryParseInt, "301, 302, 307 or 308", value => options.StatusCode = value);
        section.Read<bool>(
            nameof(options.AllowAcmeChallenge), bool.TryParse, ConfigurationText.BoolRemedy, value => options.AllowAcmeChallenge = value);
        section.ReadSection(nameof(options.Hsts), hsts => ReadHsts(hsts, options.Hsts));
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetHttpsRedirectOptions));
    }

    private static void ReadHsts(StrictSection section, AeronetHstsOptions options)
    {
        section.Read<TimeSpan>(
            nameof(options.MaxAge), ConfigurationText.TryParseTime, ConfigurationText.TimeRemedy, value => options.MaxAge = value);
        section.Read<bool>(
            nameof(options.IncludeSubDomains), bool.TryParse, ConfigurationText.BoolRemedy, value => options.IncludeSubDomains = value);
        section.Read<bool>(nameof(options.Preload), bool.TryParse, ConfigurationText.BoolRemedy, value => options.Preload = value);
    }
}
