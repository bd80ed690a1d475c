using Aeronet.AspNetCore.StaticFiles.Files;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;

namespace Aeronet.AspNetCore.StaticFiles.Hosting;

/// <summary>
/// The application's web root, as <c>UseStaticFiles</c> takes it: by its provider, which in Development has the assets of referenced
/// projects and packages as well, and which the application may have replaced.
/// </summary>
internal static class WebRoot
{
    // Internal to the framework; UseStaticWebAssets, which the default host calls in Development, puts it before the directory.
    private const string StaticWebAssets = "ManifestStaticWebAssetFileProvider";

    /// <summary>The directory, where the web root is nothing else; null where it is none, or more.</summary>
    public static string? PlainDirectory(IWebHostEnvironment environment) => environment.WebRootFileProvider switch
    {
        PhysicalFileProvider physical => Path.TrimEndingDirectorySeparator(physical.Root),
        null => environment.WebRootPath,
        _ => null,
    };

    /// <summary>Whether there is nothing to serve: no directory, and no provider in its place.</summary>
    public static bool IsMissing(IWebHostEnvironment environment)
        => environment.WebRootFileProvider is NullFileProvider || (environment.WebRootFileProvider is null && environment.WebRootPath is null);

    /// <summary>Opens a web root that is more than a directory.</summary>
    /// <param name="environment">The application's.</param>
    /// <param name="openDirectory">Opens a directory as the root of a mount.</param>
    public static LayeredFileRoot Open(IWebHostEnvironment environment, Func<string, IFileRoot> openDirectory)
    {
        var members = MembersOf(environment.WebRootFileProvider).ToArray();
        var directories = new ContainedDirectories(members.OfType<PhysicalFileProvider>().Select(physical => physical.Root));
        return new LayeredFileRoot([.. members.Select(provider => LayerOf(provider, directories, openDirectory))]);
    }

    private static IEnumerable<IFileProvider> MembersOf(IFileProvider provider) => provider switch
    {
        CompositeFileProvider composite => composite.FileProviders.SelectMany(MembersOf),
        NullFileProvider => [],
        PhysicalFileProvider physical when !Directory.Exists(physical.Root) => [],
        _ => [provider],
    };

    // The assets have the directory's own files, too; those are opened beneath it, by the layer behind.
    private static IFileRoot LayerOf(IFileProvider provider, ContainedDirectories directories, Func<string, IFileRoot> openDirectory)
        => provider is PhysicalFileProvider physical
            ? openDirectory(Path.TrimEndingDirectorySeparator(physical.Root))
            : new ProviderFileRoot(provider, provider.GetType().Name == StaticWebAssets ? directories : null);
}
