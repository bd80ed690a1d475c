using Aeronet.AspNetCore.Middleware.Configuration;
using Aeronet.AspNetCore.Middleware.Cors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>Checks the options. Every message names the key, the value and what would be right.</summary>
internal sealed class AeronetParserDiagnosticsOptionsValidator(IHostEnvironment environment)
    : IValidateOptions<AeronetParserDiagnosticsOptions>
{
    public const string ModeRemedy = "Off, Log or, in Development, LogAndBody";

    private const string Section = AeronetParserDiagnosticsOptions.SectionName;
    private const int LongestExcerpt = 1024;

    public ValidateOptionsResult Validate(string? name, AeronetParserDiagnosticsOptions options)
    {
        var failures = new OptionFailures();
        failures.Check(Enum.IsDefined(options.Mode), $"{Section}:{nameof(options.Mode)}", options.Mode, ModeRemedy);
        if (options.Mode == ParserDiagnosticsMode.LogAndBody && !environment.IsDevelopment())
        {
            failures.Add(
                $"{Section}:{nameof(options.Mode)} is {options.Mode} in the environment '{environment.EnvironmentName}': use Log, "
                + "because what the server thinks of a request is for its developers alone.");
        }

        failures.Check(
            options.ExcerptLength is >= 0 and <= LongestExcerpt,
            $"{Section}:{nameof(options.ExcerptLength)}", options.ExcerptLength, $"0 to {LongestExcerpt} (bytes)");
        foreach (var field in options.RedactHeaders.Where(field => !FetchNames.IsToken(field)))
        {
            failures.Add($"{Section}:{nameof(options.RedactHeaders)} has '{field}': use names of fields such as 'Cookie'.");
        }

        return failures.ToResult();
    }
}
