using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>Checks the options. Every message names the key, the value and what would be right.</summary>
internal sealed class AeronetTlsMetricsOptionsValidator : IValidateOptions<AeronetTlsMetricsOptions>
{
    private const string Key = $"{AeronetTlsMetricsOptions.SectionName}:{nameof(AeronetTlsMetricsOptions.RequestTags)}";

    public ValidateOptionsResult Validate(string? name, AeronetTlsMetricsOptions options)
    {
        var failures = new OptionFailures();
        foreach (var tag in options.RequestTags.Where(tag => TlsTags.Find(tag) is null))
        {
            failures.Add($"{Key} has '{tag}': use {string.Join(", ", TlsTags.All)}.");
        }

        foreach (var tag in options.RequestTags.GroupBy(tag => tag).Where(same => same.Count() > 1))
        {
            failures.Add($"{Key} has '{tag.Key}' twice: leave one out.");
        }

        return failures.ToResult();
    }
}
