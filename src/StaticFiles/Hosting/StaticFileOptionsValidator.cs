using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Aeronet.AspNetCore.StaticFiles.Hosting;

/// <summary>Checks options before anything is served; every message names the key, the value and what would be right.</summary>
internal sealed class StaticFileOptionsValidator(IWebHostEnvironment environment) : IValidateOptions<AeronetStaticFileOptions>
{
    private const string Section = AeronetStaticFileOptions.SectionName;
    private const int MaxCacheSize = 65536;
    private static readonly TimeSpan MaxMaxAge = TimeSpan.FromHours(1);

    /// <summary>The directory that <paramref name="options"/> mean, as a full path; null without a web root.</summary>
    public static string? FullRoot(AeronetStaticFileOptions options, IWebHostEnvironment environment) => string.IsNullOrEmpty(options.Root)
        ? environment.WebRootPath
        : Path.GetFullPath(options.Root, environment.ContentRootPath);

    public ValidateOptionsResult Validate(string? name, AeronetStaticFileOptions options)
    {
        var failures = new List<string>();
        if (RootFailure(options) is { } failure)
        {
            failures.Add(failure);
        }

        if (options.RequestPath is not ("" or ['/', .., not '/']) || options.RequestPath.Contains("//", StringComparison.Ordinal))
        {
            failures.Add($"{Section}:RequestPath is '{options.RequestPath}': "
                + "use an empty string, or a path such as '/files' that starts with a slash and does not end with one.");
        }

        foreach (var document in options.DefaultDocuments ?? [])
        {
            if (document is null or "" or "." or ".." || document.AsSpan().ContainsAny("/\\\0") || document.Length > 255)
            {
                failures.Add($"{Section}:DefaultDocuments has '{document}': use plain file names such as 'index.html'.");
            }
        }

        if (options.ServeUnknownFileTypes && !MediaTypeHeaderValue.TryParse(options.DefaultContentType, out _))
        {
            failures.Add($"{Section}:DefaultContentType is '{options.DefaultContentType}': "
                + "use a media type such as 'application/octet-stream'.");
        }

        if (options.CacheControl is { } cacheControl && !CacheControlHeaderValue.TryParse(cacheControl, out _))
        {
            failures.Add($"{Section}:CacheControl is '{cacheControl}': use directives such as 'public, max-age=3600', or leave it out.");
        }

        if (!Enum.IsDefined(options.Symlinks))
        {
            failures.Add($"{Section}:Symlinks is '{options.Symlinks}': use Deny, InsideRoot or Follow.");
        }

        if (options.OpenFileCacheSize is < 0 or > MaxCacheSize)
        {
            failures.Add($"{Section}:OpenFileCacheSize is {options.OpenFileCacheSize}: use 0 (off) to {MaxCacheSize}.");
        }

        if (options.OpenFileCacheMaxAge < TimeSpan.Zero || options.OpenFileCacheMaxAge > MaxMaxAge)
        {
            failures.Add($"{Section}:OpenFileCacheMaxAge is {options.OpenFileCacheMaxAge}: use 00:00:00 to {MaxMaxAge}.");
        }

        failures.AddRange(DirectoryIndexOptionsValidator.FindFailures(
            options.DirectoryIndex, environment.ContentRootPath, Section + ":DirectoryIndex"));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures.Select(OneLine));
    }

    // A value may hold line breaks.
    private static string OneLine(string message) => string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c));

    private string? RootFailure(AeronetStaticFileOptions options)
    {
        if (options.Root?.Contains('\0', StringComparison.Ordinal) == true)
        {
            return $"{Section}:Root contains a NUL character: use the path of a directory.";
        }

        if (FullRoot(options, environment) is not { } root)
        {
            var webRoot = Path.Combine(environment.ContentRootPath, "wwwroot");
            return $"{Section}:Root is not set and the application has no web root: set it to a directory, or create '{webRoot}'.";
        }

        return Directory.Exists(root) ? null
            : File.Exists(root) ? $"{Section}:Root is '{root}', which is a file: use a directory."
            : $"{Section}:Root is '{root}', which does not exist or cannot be reached: create the directory, or set another.";
    }
}
