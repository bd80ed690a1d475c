using Aeronet.AspNetCore.Packages.Tests.Support;

namespace Aeronet.AspNetCore.Packages.Tests.Content;

/// <summary>Packages depend on what they use, and on nothing that is less finished than they are.</summary>
public sealed class DependencyTests(BuiltFeed built)
{
    private const string Preview = "Aeronet.AspNetCore.Prometheus";

    [Fact]
    public void Packages_DependOnWhatTheyUse()
    {
        var dependencies = new Dictionary<string, string[]>
        {
            ["Aeronet.AspNetCore"] = ["Aeronet.AspNetCore.Middleware", "Aeronet.AspNetCore.StaticFiles", "Aeronet.AspNetCore.Transport"],
            ["Aeronet.AspNetCore.Middleware"] = ["Aeronet.AspNetCore.StaticFiles", "Aeronet.AspNetCore.Transport"],
            [Preview] = ["Aeronet.AspNetCore.Middleware", "OpenTelemetry.Exporter.Prometheus.AspNetCore"],
            ["Aeronet.AspNetCore.StaticFiles"] = ["Aeronet.AspNetCore.Transport", "Markdig", "Scriban.Signed"],
            ["Aeronet.AspNetCore.Templates"] = [],
            ["Aeronet.AspNetCore.Transport"] = [],
        };

        Assert.Equal(dependencies.Keys.Order(), built.Feed.Packages.Select(package => package.Id).Order());
        foreach (var package in built.Feed.Packages)
            Assert.Equal(dependencies[package.Id], package.Dependencies.Keys.Order(StringComparer.Ordinal));
    }

    // Packages of one release go together, whatever it is; what others make is a release, but for the preview's exporter.
    [Fact]
    public void Packages_DependOnTheirOwnRelease_AndOnNoPreview()
    {
        foreach (var package in built.Feed.Packages)
        {
            foreach (var (id, version) in package.Dependencies)
            {
                if (id.StartsWith("Aeronet.", StringComparison.Ordinal))
                    Assert.Equal(built.Feed.Version, version);
                else
                    Assert.True(package.Id == Preview || !IsPreview(version), $"{package} depends on a preview: {id} {version}");
            }
        }
    }

    // As they are on the day without a suffix: NuGet itself refuses a stable package with a preview under it (NU5104).
    [Fact]
    public async Task StableRelease_IsStableThroughout_ButForThePreview()
    {
        var stable = await built.PackAsync(suffix: "");

        Assert.Equal(built.SourceVersion.Split('-')[0], stable.Version);
        Assert.Equal([Preview], stable.Packages.Where(package => IsPreview(package.Version)).Select(package => package.Id));
        Assert.Equal([Preview], stable.Packages.Where(package => package.Dependencies.Values.Any(IsPreview)).Select(package => package.Id));
    }

    // So that whoever takes previews is offered the newest.
    [Fact]
    public async Task PreviewPackage_OfAReleaseCandidate_SortsBeforeThatOfTheRelease()
    {
        var (candidate, release) = (await built.PackAsync("rc.9"), await built.PackAsync(suffix: ""));

        var number = built.SourceVersion.Split('-')[0];
        Assert.Equal($"{number}-preview.rc.9", candidate[Preview].Version);
        Assert.Equal($"{number}-preview.rtm", release[Preview].Version);
        Assert.True(string.CompareOrdinal(candidate[Preview].Version, release[Preview].Version) < 0);
    }

    // NU5104 says that a stable package depends on a preview.
    [Fact]
    public void Sources_NU5104_NowhereSuppressed() => Assert.DoesNotContain(
        Directory.GetFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Repository.Root, "Directory.*", SearchOption.AllDirectories)),
        file => File.ReadAllText(file).Contains("NU5104", StringComparison.Ordinal));

    // The public API is in reviewed files, and a package that breaks its own is not made. Packages without code have neither.
    [Fact]
    public async Task Libraries_HaveReviewedApi_AndAreValidated()
    {
        var validated = await Dotnet.RunAsync(Repository.Root, "msbuild", "src/Transport", "-getProperty:EnablePackageValidation", "-nologo");
        Assert.Equal("true", validated.Trim());

        foreach (var project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "Aeronet.*.csproj", SearchOption.AllDirectories))
        {
            var isLibrary = !File.ReadAllText(project).Contains("<IncludeBuildOutput>false", StringComparison.Ordinal);
            Assert.Equal(!isLibrary, File.ReadAllText(project).Contains("EnablePackageValidation", StringComparison.Ordinal));
            Assert.Equal(isLibrary, File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "PublicAPI.Shipped.txt")));
            Assert.Equal(isLibrary, File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "PublicAPI.Unshipped.txt")));
        }
    }

    private static bool IsPreview(string version) => version.Contains('-', StringComparison.Ordinal);
}
