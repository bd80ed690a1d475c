using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;
using Aeronet.AspNetCore.StaticFiles.Listings.Requests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.StaticFiles.Listings;

/// <summary>Checks the options of the directory index, its files included.</summary>
internal static class DirectoryIndexOptionsValidator
{
    private const int MaxMaxEntries = 1_000_000;
    private const long MaxCacheSize = 1L << 30;
    private static readonly TimeSpan MaxMaxAge = TimeSpan.FromHours(1);

    /// <summary>What is wrong; every message names the key, the value and what would be right.</summary>
    /// <param name="options">The options.</param>
    /// <param name="contentRoot">Where relative paths start.</param>
    /// <param name="section">Their configuration section, for messages.</param>
    public static IEnumerable<string> FindFailures(DirectoryIndexOptions? options, string contentRoot, string section)
    {
        if (options is null)
        {
            return [$"{section} is null: use an object, and Enabled to turn the index on."];
        }

        var failures = new List<string>();
        if (options.PageSize is < 1 or > IndexQuery.MaxLimit)
        {
            failures.Add($"{section}:PageSize is {options.PageSize}: use 1 to {IndexQuery.MaxLimit}.");
        }

        if (options.MaxEntries is < 1 or > MaxMaxEntries)
        {
            failures.Add($"{section}:MaxEntries is {options.MaxEntries}: use 1 to {MaxMaxEntries}.");
        }

        if (options.CacheSize is < 0 or > MaxCacheSize)
        {
            failures.Add($"{section}:CacheSize is {options.CacheSize}: use 0 (off) to {MaxCacheSize} bytes.");
        }

        if (options.CacheMaxAge < TimeSpan.Zero || options.CacheMaxAge > MaxMaxAge)
        {
            failures.Add($"{section}:CacheMaxAge is {options.CacheMaxAge}: use 00:00:00 to {MaxMaxAge}.");
        }

        if (options.ContentSecurityPolicy is { } policy && (policy.Length == 0 || policy.AsSpan().ContainsAnyExceptInRange(' ', '~')))
        {
            failures.Add($"{section}:ContentSecurityPolicy is '{policy}': "
                + "use directives such as \"default-src 'none'; style-src 'self'\" in ASCII, or leave it out.");
        }

        AddFileFailures(options, contentRoot, section, failures);
        return failures;
    }

    private static void AddFileFailures(DirectoryIndexOptions options, string contentRoot, string section, List<string> failures)
    {
        Read(nameof(options.HeaderFile), options.HeaderFile, null);
        Read(nameof(options.FooterFile), options.FooterFile, null);
        Read(nameof(options.CssFile), options.CssFile, Branding.StyleProblem);
        Read(nameof(options.TemplateFile), options.TemplateFile, text =>
        {
            LiquidTemplate.Parse(text, Path.GetFileName(options.TemplateFile)!, out var problem);
            return problem;
        });

        void Read(string key, string? file, Func<string, string?>? findProblem)
        {
            if (string.IsNullOrEmpty(file))
            {
                return;
            }

            try
            {
                WatchedFile.Open(Path.GetFullPath(file, contentRoot), NullLogger.Instance, findProblem);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
            {
                failures.Add($"{section}:{key} is '{file}', which cannot be used ({error.Message.TrimEnd('.')}): "
                    + "correct the file or the path, or leave the key out.");
            }
        }
    }
}
