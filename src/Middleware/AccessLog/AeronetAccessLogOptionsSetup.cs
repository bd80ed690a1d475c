using System.Globalization;
using Aeronet.AspNetCore.Middleware.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Reads <c>Aeronet:AccessLog</c>.</summary>
internal sealed class AeronetAccessLogOptionsSetup(IConfiguration configuration) : IConfigureOptions<AeronetAccessLogOptions>
{
    public void Configure(AeronetAccessLogOptions options)
    {
        var failures = new OptionFailures();
        var section = new StrictSection(configuration, AeronetAccessLogOptions.SectionName, failures);
        section.Read<string>(nameof(options.Format), ConfigurationText.TryParseString, "a format", value => options.Format = value);
        section.Read<bool>(nameof(options.Stdout), bool.TryParse, ConfigurationText.BoolRemedy, value => options.Stdout = value);
        section.Read<bool>(nameof(options.Logger), bool.TryParse, ConfigurationText.BoolRemedy, value => options.Logger = value);
        section.Read<LogLevel>(nameof(options.Level), TryParseLevel, AeronetAccessLogOptionsValidator.LevelRemedy, value => options.Level = value);
        section.Read<LogLevel>(
            nameof(options.ClientErrorLevel), TryParseLevel, AeronetAccessLogOptionsValidator.LevelRemedy, value => options.ClientErrorLevel = value);
        section.Read<LogLevel>(
            nameof(options.ServerErrorLevel), TryParseLevel, AeronetAccessLogOptionsValidator.LevelRemedy, value => options.ServerErrorLevel = value);
        section.ReadList(nameof(options.ExcludePaths), "a list of paths such as '/health'", v => options.ExcludePaths = v);
        section.Read<bool>(
            nameof(options.RefusedRequests), bool.TryParse, ConfigurationText.BoolRemedy, value => options.RefusedRequests = value);
        section.ReadSection(nameof(options.File), file => ReadFile(file, options.File));
        section.Read<int>(
            nameof(options.QueueSize), ConfigurationText.TryParseInt, "a number of bytes", value => options.QueueSize = value);
        section.Read<AccessLogOverflow>(
            nameof(options.Overflow), TryParseOverflow, "Drop or Wait", value => options.Overflow = value);
        section.Read<TimeSpan>(
            nameof(options.FlushInterval),
            ConfigurationText.TryParseTime,
            "a time such as 00:00:01 (hours:minutes:seconds)",
            value => options.FlushInterval = value);
        section.ReadList(nameof(options.KnownProxies), "a list of networks such as '10.0.0.0/8'", v => options.KnownProxies = v);
        section.Read<string>(
            nameof(options.ForwardedHeader), ConfigurationText.TryParseString, "a field", value => options.ForwardedHeader = value);
        section.ReadList(nameof(options.RedactQuery), "a list of query keys such as 'token'", v => options.RedactQuery = v, keepsSecrets: true);
        section.ReadList(
            nameof(options.RedactHeaders), "a list of fields such as 'Cookie'", v => options.RedactHeaders = v, keepsSecrets: true);
        section.RefuseTheRest();
        failures.ThrowIfAny(typeof(AeronetAccessLogOptions));
    }

    private static void ReadFile(StrictSection section, AeronetAccessLogFileOptions options)
    {
        section.Read<string>(nameof(options.Path), ConfigurationText.TryParseString, "a path", value => options.Path = value);
        section.Read<long>(nameof(options.MaxSize), TryParseLong, "a number of bytes", value => options.MaxSize = value);
        section.Read<bool>(nameof(options.Daily), bool.TryParse, ConfigurationText.BoolRemedy, value => options.Daily = value);
        section.Read<int>(nameof(options.Keep), ConfigurationText.TryParseInt, "a number of files", value => options.Keep = value);
        section.Read<bool>(
            nameof(options.ReopenOnHangup), bool.TryParse, ConfigurationText.BoolRemedy, value => options.ReopenOnHangup = value);
    }

    private static bool TryParseLong(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryParseLevel(string text, out LogLevel value) =>
        Enum.TryParse(text, ignoreCase: true, out value) && char.IsAsciiLetter(text[0]) && Enum.IsDefined(value);

    // Not Enum.TryParse alone, which takes numbers.
    private static bool TryParseOverflow(string text, out AccessLogOverflow value) =>
        Enum.TryParse(text, ignoreCase: true, out value) && !char.IsAsciiDigit(text[0]) && Enum.IsDefined(value);
}
