using Aeronet.AspNetCore.Middleware.Configuration;
using Aeronet.AspNetCore.Middleware.Cors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Checks the options. Every message names the key, the value and what would be right.</summary>
internal sealed class AeronetAccessLogOptionsValidator(IHostEnvironment? environment = null) : IValidateOptions<AeronetAccessLogOptions>
{
    public const string LevelRemedy = "Trace, Debug, Information, Warning, Error, Critical or None";

    private const string Section = AeronetAccessLogOptions.SectionName;
    private const int SmallestSize = 4096;

    public ValidateOptionsResult Validate(string? name, AeronetAccessLogOptions options)
    {
        var failures = new OptionFailures();
        CheckProxies(options, failures);
        failures.Check(
            options.QueueSize >= SmallestSize, $"{Section}:{nameof(options.QueueSize)}", options.QueueSize, "4096 or more (bytes)");
        failures.Check(
            options.FlushInterval >= TimeSpan.Zero && options.FlushInterval <= TimeSpan.FromMinutes(1),
            $"{Section}:{nameof(options.FlushInterval)}", options.FlushInterval, "00:00:00 to 00:01:00");
        failures.Check(
            Enum.IsDefined(options.Overflow), $"{Section}:{nameof(options.Overflow)}", options.Overflow, "Drop or Wait");
        CheckFile(options.File, failures);
        failures.Check(Enum.IsDefined(options.Level), $"{Section}:{nameof(options.Level)}", options.Level, LevelRemedy);
        failures.Check(
            Enum.IsDefined(options.ClientErrorLevel), $"{Section}:{nameof(options.ClientErrorLevel)}", options.ClientErrorLevel, LevelRemedy);
        failures.Check(
            Enum.IsDefined(options.ServerErrorLevel), $"{Section}:{nameof(options.ServerErrorLevel)}", options.ServerErrorLevel, LevelRemedy);
        foreach (var path in options.ExcludePaths.Where(path => !path.StartsWith('/') || path.EndsWith('/')))
        {
            failures.Add($"{Section}:{nameof(options.ExcludePaths)} has '{path}': use paths such as '/health', without a slash at the end.");
        }

        if (failures.IsEmpty
            && AccessLogFormat.TryCompile(options.Format, new AccessLogFields(options, TimeProvider.System), out var error) is null)
        {
            failures.Add($"{Section}:{nameof(options.Format)}", options.Format, error);
        }

        return failures.ToResult();
    }

    private static void CheckProxies(AeronetAccessLogOptions options, OptionFailures failures)
    {
        foreach (var proxy in options.KnownProxies.Where(proxy => proxy != ClientAddress.UnixSocket && !ClientAddress.TryParse(proxy, out _)))
        {
            failures.Add($"{Section}:{nameof(options.KnownProxies)} has '{proxy}': use addresses such as '10.1.2.3', networks such as "
                + "'10.0.0.0/8', or 'unix'.");
        }

        failures.Check(
            FetchNames.IsToken(options.ForwardedHeader),
            $"{Section}:{nameof(options.ForwardedHeader)}", options.ForwardedHeader, "a field such as 'X-Forwarded-For'");
    }

    private void CheckFile(AeronetAccessLogFileOptions file, OptionFailures failures)
    {
        var section = $"{Section}:{nameof(AeronetAccessLogOptions.File)}";
        failures.Check(file.MaxSize is null or >= SmallestSize, $"{section}:{nameof(file.MaxSize)}", file.MaxSize, "4096 or more (bytes)");
        failures.Check(file.Keep is null or >= 1, $"{section}:{nameof(file.Keep)}", file.Keep, "1 or more (files)");
        if (file.Path is { } path)
        {
            var folder = path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? null
                : Path.GetDirectoryName(Path.GetFullPath(Path.Combine(environment?.ContentRootPath ?? "", path)));
            failures.Check(
                folder is not null && Directory.Exists(folder) && !Directory.Exists(Path.Combine(environment?.ContentRootPath ?? "", path)),
                $"{section}:{nameof(file.Path)}", path, "a file in a directory that exists");
        }
    }
}
