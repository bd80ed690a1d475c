using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>Checks the options. Every message names the key, the value and what would be right.</summary>
internal sealed class AeronetHealthOptionsValidator : IValidateOptions<AeronetHealthOptions>
{
    private const string Section = AeronetHealthOptions.SectionName;

    public ValidateOptionsResult Validate(string? name, AeronetHealthOptions options)
    {
        var failures = new OptionFailures();
        failures.Check(options.Port is >= 0 and <= 65535, $"{Section}:{nameof(options.Port)}", options.Port, "1 to 65535, or 0 for none");
        failures.Check(
            options.StuckAfter >= TimeSpan.FromSeconds(1) && options.StuckAfter <= TimeSpan.FromHours(1),
            $"{Section}:{nameof(options.StuckAfter)}", options.StuckAfter, "00:00:01 to 01:00:00");
        failures.Check(
            options.CertificateWarning >= TimeSpan.Zero && options.CertificateWarning <= TimeSpan.FromDays(365),
            $"{Section}:{nameof(options.CertificateWarning)}", options.CertificateWarning, "00:00:00 to 365.00:00:00");
        return failures.ToResult();
    }
}
