using Aeronet.AspNetCore.StaticFiles.Listings;
using Microsoft.AspNetCore.Hosting;

namespace Aeronet.AspNetCore.StaticFiles.Hosting;

/// <summary>Checks options before anything is served; every message names the key, the value and what would be right.</summary>
/// <param name="environment">Where relative roots start.</param>
/// <param name="section">The configuration section of the mount, for messages.</param>
internal sealed partial class StaticFileOptionsValidator(IWebHostEnvironment environment, string section)
{
    private const int MaxCacheSize = 65536;
    private const int MaxMaxRanges = 256;
    private const long MaxRangeGap = 1 << 30;
    private static readonly TimeSpan MaxMaxAge = TimeSpan.FromHours(1);

    /// <summary>The directory that <paramref name="options"/> mean, as a full path; null where that is a web root that is no plain directory.</summary>
    public static string? FullRoot(AeronetStaticFileOptions options, IWebHostEnvironment environment) => string.IsNullOrEmpty(options.Root)
        ? WebRoot.PlainDirectory(environment)
        : Path.GetFullPath(options.Root, environment.ContentRootPath);

    /// <summary>What is wrong, one line each.</summary>
    public IReadOnlyList<string> Validate(AeronetStaticFileOptions options)
    {
        var failures = new List<string>();
        if (RootFailure(options) is { } failure)
        {
            failures.Add(failure);
        }

        if (options.RequestPath is not ("" or ['/', .., not '/']) || options.RequestPath.Contains("//", StringComparison.Ordinal))
        {
            failures.Add($"{section}:RequestPath is '{options.RequestPath}': "
                + "use an empty string, or a path such as '/files' that starts with a slash and does not end with one.");
        }

        foreach (var document in options.DefaultDocuments ?? [])
        {
            if (document is null or "" or "." or ".." || document.AsSpan().ContainsAny("/\\\0") || document.Length > 255)
            {
                failures.Add($"{section}:DefaultDocuments has '{document}': use plain file names such as 'index.html'.");
            }
        }

        if (!string.IsNullOrEmpty(options.FallbackDocument) && !IsPlainPath(options.FallbackDocument))
        {
            failures.Add($"{section}:FallbackDocument is '{options.FallbackDocument}': use a path below the root such as 'index.html', or leave it out.");
        }

        failures.AddRange(ContentFailures(options));
        if (!Enum.IsDefined(options.Symlinks))
        {
            failures.Add($"{section}:Symlinks is '{options.Symlinks}': use Deny, InsideRoot or Follow.");
        }

        if (options.MaxRanges is < 1 or > MaxMaxRanges)
        {
            failures.Add($"{section}:MaxRanges is {options.MaxRanges}: use 1 to {MaxMaxRanges}.");
        }

        if (options.RangeGap is < 0 or > MaxRangeGap)
        {
            failures.Add($"{section}:RangeGap is {options.RangeGap}: use 0 to {MaxRangeGap} bytes.");
        }

        if (!Enum.IsDefined(options.ExcessRanges))
        {
            failures.Add($"{section}:ExcessRanges is '{options.ExcessRanges}': use WholeFile or Refuse.");
        }

        if (options.OpenFileCacheSize is < 0 or > MaxCacheSize)
        {
            failures.Add($"{section}:OpenFileCacheSize is {options.OpenFileCacheSize}: use 0 (off) to {MaxCacheSize}.");
        }

        if (options.OpenFileCacheMaxAge < TimeSpan.Zero || options.OpenFileCacheMaxAge > MaxMaxAge)
        {
            failures.Add($"{section}:OpenFileCacheMaxAge is {options.OpenFileCacheMaxAge}: use 00:00:00 to {MaxMaxAge}.");
        }

        failures.AddRange(DirectoryIndexOptionsValidator.FindFailures(
            options.DirectoryIndex, environment.ContentRootPath, section + ":DirectoryIndex"));
        return [.. failures.Select(OneLine)];
    }

    private static bool IsPlainPath(string path)
        => path.Split('/').All(name => name is not ("" or "." or "..") && !name.AsSpan().ContainsAny("\\\0"));

    // A value may hold line breaks.
    private static string OneLine(string message) => string.Concat(message.Select(c => char.IsControl(c) ? ' ' : c));

    private string? RootFailure(AeronetStaticFileOptions options)
    {
        if (options.FileProvider is not null)
        {
            return string.IsNullOrEmpty(options.Root) ? null
                : $"{section}:Root is '{options.Root}' and a FileProvider is set as well: set one of them.";
        }

        if (options.Root?.Contains('\0', StringComparison.Ordinal) == true)
        {
            return $"{section}:Root contains a NUL character: use the path of a directory.";
        }

        if (string.IsNullOrEmpty(options.Root) && WebRoot.IsMissing(environment))
        {
            var webRoot = Path.Combine(environment.ContentRootPath, "wwwroot");
            return $"{section}:Root is not set and the application has no web root: set it to a directory, or create '{webRoot}'.";
        }

        return FullRoot(options, environment) is not { } root || Directory.Exists(root) ? null
            : File.Exists(root) ? $"{section}:Root is '{root}', which is a file: use a directory."
            : $"{section}:Root is '{root}', which does not exist or cannot be reached: create the directory, or set another.";
    }
}
