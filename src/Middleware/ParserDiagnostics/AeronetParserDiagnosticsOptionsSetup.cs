using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>Reads <c>Aeronet:ParserDiagnostics</c>.</summary>
internal sealed class AeronetParserDiagnosticsOptionsSetup(IConfiguration configuration)
    : IConfigureOptions<AeronetParserDiagnosticsOptions>
{
    public void Configure(AeronetParserDiagnosticsOptions options)
    {
        var failures = new OptionFailures();
        var section = new StrictSection(configuration, AeronetParserDiagnosticsOptions.SectionName, failures);
        section.Read<ParserDiagnosticsMode>(
            nameof(options.Mode), TryParseMode, AeronetParserDiagnosticsOptionsValidator.ModeRemedy, value => options.Mode = value);
        section.Read<int>(
            nameof(options.ExcerptLength), ConfigurationText.TryParseInt, "a number of bytes", value => options.ExcerptLength = value);
        section.ReadList(
            nameof(options.RedactHeaders), "a list of fields such as 'Cookie'", values => options.RedactHeaders = values, keepsSecrets: true);
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetParserDiagnosticsOptions));
    }

    // Not Enum.TryParse alone, which takes numbers.
    private static bool TryParseMode(string text, out ParserDiagnosticsMode value)
    {
        value = default;
        return text.Length > 0 && char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value);
    }
}
