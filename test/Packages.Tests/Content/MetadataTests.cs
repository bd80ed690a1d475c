using System.Buffers.Binary;
using Aeronet.AspNetCore.Packages.Tests.Support;

namespace Aeronet.AspNetCore.Packages.Tests.Content;

/// <summary>What nuget.org and editors show of a package.</summary>
public sealed class MetadataTests(BuiltFeed built)
{
    private const string Templates = "Aeronet.AspNetCore.Templates";

    [Fact]
    public void Packages_AreThoseOfSrc_InOneVersion()
    {
        var projects = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/content/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension);

        Assert.Equal(projects.Order(StringComparer.Ordinal), built.Feed.Packages.Select(package => package.Id).Order(StringComparer.Ordinal));
        foreach (var package in built.Feed.Packages.Where(package => package.Id != "Aeronet.AspNetCore.Prometheus"))
            Assert.Equal(built.Feed.Version, package.Version);

        Assert.StartsWith(built.SourceVersion, built.Feed.Version, StringComparison.Ordinal);
    }

    [Fact]
    public void EachPackage_HasReadmeIconLicenceAndDescription()
    {
        foreach (var package in built.Feed.Packages)
        {
            Assert.Equal("README.md", package.Field("readme"));
            Assert.StartsWith($"# {package.Id}\n", package.ReadText("README.md"), StringComparison.Ordinal);
            Assert.Equal("icon.png", package.Field("icon"));
            Assert.Equal("MIT", package.Field("license"));
            Assert.Equal("expression", package.Attribute("license", "type"));
            Assert.NotEmpty(package.Field("authors")!);
            Assert.NotEmpty(package.Field("tags")!);
            Assert.DoesNotContain("Package Description", package.Field("description")!, StringComparison.Ordinal);
        }

        Assert.Distinct(built.Feed.Packages.Select(package => package.Field("description")));
    }

    // What nuget.org shows is one page: a link to a file beside it leads nowhere there.
    [Fact]
    public void Readmes_HaveNoLinksToFiles()
    {
        foreach (var package in built.Feed.Packages)
            Assert.DoesNotMatch(@"\]\((?!https?://|#)", package.ReadText("README.md"));
    }

    [Fact]
    public void Documents_NameTheVersionThatIsPacked()
    {
        Assert.Contains($"\n## [{built.SourceVersion}]", Repository.Read("CHANGELOG.md"), StringComparison.Ordinal);
        foreach (var page in Documents.All.Where(page => page != "CHANGELOG.md"))
            Assert.DoesNotMatch($@"{Templates}(@|::)(?!{built.SourceVersion}\s)", Repository.Read(page));
    }

    [Fact]
    public void Icon_IsOfTheSizeThatNuGetShows()
    {
        var icon = built.Feed["Aeronet.AspNetCore"].Read("icon.png");

        Assert.Equal("PNG"u8, icon.AsSpan(1, 3));
        Assert.Equal(128, BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)));
        Assert.Equal(128, BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20)));
        Assert.InRange(icon.Length, 1, 64 * 1024);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "src", "icon.svg")));
    }

    [Fact]
    public void Libraries_HaveDocumentation_AndSymbolsOfTheSameVersion()
    {
        string[] without = ["Aeronet.AspNetCore", Templates];
        var libraries = built.Feed.Packages.Where(package => !without.Contains(package.Id)).ToArray();

        Assert.Equal(libraries.Select(package => $"{package}"), built.Feed.Symbols.Select(package => $"{package}"));
        foreach (var (package, symbols) in libraries.Zip(built.Feed.Symbols))
        {
            Assert.Contains($"lib/net10.0/{package.Id}.dll", package.Entries);
            Assert.Contains("<summary>", package.ReadText($"lib/net10.0/{package.Id}.xml"), StringComparison.Ordinal);
            Assert.Equal([$"lib/net10.0/{package.Id}.pdb"], symbols.Entries.Where(entry => entry.EndsWith(".pdb", StringComparison.Ordinal)));
        }
    }

    // Nothing of the build but what is meant for others.
    [Fact]
    public void Packages_HoldNothingElse()
    {
        string[] common = ["README.md", "icon.png"];
        foreach (var package in built.Feed.Packages)
        {
            var library = new[] { $"lib/net10.0/{package.Id}.dll", $"lib/net10.0/{package.Id}.xml" };
            var schema = new[] { "ConfigurationSchema.json", $"buildTransitive/{package.Id}.targets" };
            string[] expected = package.Id.Split('.')[^1] switch
            {
                "AspNetCore" => [.. common, "lib/net10.0/_._"],
                "Templates" => [.. common, .. package.Entries.Where(entry => entry.StartsWith("content/aeronet/", StringComparison.Ordinal))],
                "Prometheus" => [.. common, .. library],
                "Middleware" => [.. common, .. library, .. schema, "aeronet.schema.json", "THIRD-PARTY-NOTICES.md"],
                _ => [.. common, .. library, .. schema],
            };

            Assert.Equal(
                expected.Order(StringComparer.Ordinal),
                package.Entries.Where(entry => !entry.StartsWith("_rels/", StringComparison.Ordinal) && !entry.StartsWith("package/", StringComparison.Ordinal)
                    && entry != "[Content_Types].xml" && !entry.EndsWith(".nuspec", StringComparison.Ordinal)));
        }
    }
}
