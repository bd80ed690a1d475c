namespace Aeronet.AspNetCore.Packages.Tests.Support;

/// <summary>A folder with all packages, in a version that was never seen before, so that no cache has another of it.</summary>
internal sealed class Feed
{
    public Feed(string folder)
    {
        Folder = folder;
        Packages = [.. Files(".nupkg")];
        Symbols = [.. Files(".snupkg")];
    }

    public string Folder { get; }

    public IReadOnlyList<PackageFile> Packages { get; }

    public IReadOnlyList<PackageFile> Symbols { get; }

    /// <summary>The version of all but the preview.</summary>
    public string Version => this["Aeronet.AspNetCore"].Version;

    public PackageFile this[string id] => Packages.Single(package => package.Id == id);

    /// <summary>The part of a version that tells one feed from all others.</summary>
    public static string UniqueSuffix() => $"test.{Guid.NewGuid():N}";

    /// <summary>
    /// Lets the projects below a folder restore from this feed, with caches of their own. What the packages depend on is taken from where
    /// this repository restored it to, and from the machine's sources if they are asked.
    /// </summary>
    public void WriteConfiguration(string folder, bool askSources = false)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources>{(askSources ? "" : "<clear />")}<add key="aeronet-test" value="{Folder}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{machine}" /></fallbackPackageFolders>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(folder, "Directory.Build.props"), "<Project><PropertyGroup><NuGetAudit>false</NuGetAudit></PropertyGroup></Project>");
    }

    private IEnumerable<PackageFile> Files(string extension) =>
        Directory.EnumerateFiles(Folder, $"*{extension}").Order(StringComparer.Ordinal).Select(file => new PackageFile(file));
}
