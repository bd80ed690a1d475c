using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>Reads <c>Aeronet:Cors</c>.</summary>
internal sealed class AeronetCorsOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetCorsOptions>
{
    private const string OriginsRemedy = "a list of origins such as 'https://app.example.com'";

    public void Configure(AeronetCorsOptions options)
    {
        var failures = new OptionFailures();
        var section = new StrictSection(configuration, AeronetCorsOptions.SectionName, failures);
        section.ReadSection(nameof(options.Default), policy =>
        {
            var value = options.Default ?? new AeronetCorsPolicyOptions();
            ReadPolicy(policy, value);
            options.Default = policy.Exists ? value : options.Default;
        });
        section.ReadSections(nameof(options.Policies), "policies by name", (name, policy) =>
        {
            if (!options.Policies.TryGetValue(name, out var value))
            {
                options.Policies[name] = value = new AeronetCorsPolicyOptions();
            }

            ReadPolicy(policy, value);
        });
        section.Read<bool>(
            nameof(options.ExplainFailures), bool.TryParse, ConfigurationText.BoolRemedy, value => options.ExplainFailures = value);
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetCorsOptions));
    }

    private static void ReadPolicy(StrictSection section, AeronetCorsPolicyOptions options)
    {
        section.ReadList(nameof(options.Origins), OriginsRemedy, v => options.Origins = v);
        ReadBool(section, nameof(options.Credentials), value => options.Credentials = value);
        section.ReadList(nameof(options.Methods), "a list of methods such as 'PUT'", v => options.Methods = v);
        section.ReadList(nameof(options.RequestHeaders), "a list of fields such as 'Content-Type'", v => options.RequestHeaders = v);
        section.ReadList(nameof(options.ExposedHeaders), "a list of fields such as 'ETag'", v => options.ExposedHeaders = v);
        section.Read<TimeSpan>(
            nameof(options.MaxAge),
            ConfigurationText.TryParseTime,
            "a time such as 02:00:00 (hours:minutes:seconds; a day is 1.00:00:00)",
            value => options.MaxAge = value);
        ReadBool(section, nameof(options.PrivateNetwork), value => options.PrivateNetwork = value);
        section.ReadList(nameof(options.TimingOrigins), OriginsRemedy, v => options.TimingOrigins = v);
        ReadBool(section, nameof(options.DangerousInsecureOrigins), value => options.DangerousInsecureOrigins = value);
        ReadBool(section, nameof(options.DangerousPublicSuffixes), value => options.DangerousPublicSuffixes = value);
    }

    private static void ReadBool(StrictSection section, string key, Action<bool> apply) =>
        section.Read<bool>(key, bool.TryParse, ConfigurationText.BoolRemedy, apply);
}
