using Aeronet.AspNetCore.Packages.Tests.Support;

namespace Aeronet.AspNetCore.Packages.Tests.Use;

/// <summary>What <c>eng/pack.sh</c> makes can be made again by anybody, and debuggers find its sources.</summary>
[Trait("Category", "Packages")]
public sealed class ReleaseTests(ReleasedFeed released)
{
    private const string Root = "/_/";

    // The SDK's generator of logging code draws the order of the classes in its one file anew with each build, until .NET 11: dotnet/runtime issue 119587.
    private const string Logging = "/LoggerMessage.g.cs";

    [Fact]
    public async Task Symbols_LeadToEverySource()
    {
        var feed = await released.GetAsync();

        Assert.NotEmpty(feed.Symbols);
        foreach (var package in feed.Symbols)
        {
            using var symbols = Read(package);
            var (pattern, address) = Assert.Single(symbols.SourceLink);
            Assert.Equal($"{Root}*", pattern);
            Assert.Equal($"https://raw.githubusercontent.com/example/aeronet/{feed[package.Id].Attribute("repository", "commit")}/*", address);
            Assert.StartsWith(SourceCopy.Origin, feed[package.Id].Attribute("repository", "url")!, StringComparison.Ordinal);
            Assert.Contains($"SourceLink: {address}", released.Said, StringComparison.Ordinal);

            // Either in the repository, by a path that no machine is in, or generated and inside.
            Assert.NotEmpty(symbols.Sources);
            foreach (var (path, _, text) in symbols.Sources)
            {
                Assert.StartsWith(Root, path, StringComparison.Ordinal);
                var isInRepository = File.Exists(Path.Combine(Repository.Root, path[Root.Length..])) && !path.Contains("/obj/", StringComparison.Ordinal);
                Assert.True(isInRepository || !string.IsNullOrEmpty(text), $"{package}: nobody finds {path}");
            }
        }
    }

    [Fact]
    public async Task Release_HasNothingOfTestBuilds()
    {
        var feed = await released.GetAsync();
        using var symbols = Read(feed.Symbols.Single(symbols => symbols.Id == "Aeronet.AspNetCore.Transport"));

        Assert.Contains("version", symbols.CompilerOptions, StringComparison.Ordinal);
        Assert.DoesNotContain("AERONET_ASSERTS", symbols.CompilerOptions, StringComparison.Ordinal);
        var faults = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Transport", "Native", "Faults")).Select(Path.GetFileName);
        Assert.Contains("SocketHandle.cs", symbols.Sources.Select(source => Path.GetFileName(source.Path)));
        Assert.Empty(symbols.Sources.Select(source => Path.GetFileName(source.Path)).Intersect(faults));
    }

    // A compiler that is told the same makes the same: what it was told stands in the symbols, with the hash of each source.
    [Fact]
    public async Task SameSources_AnotherFolder_CompiledAlike()
    {
        var feed = await released.GetAsync();
        var (elsewhere, output) = (released.Folder("elsewhere"), released.Folder("rebuilt"));
        await SourceCopy.CreateAsync(elsewhere);

        await Dotnet.RunAsync(
            elsewhere, "pack", "src/Transport", "-c", "Release", "-o", output, "-p:ContinuousIntegrationBuild=true", $"-p:VersionSuffix={released.VersionSuffix}", "-p:RunAnalyzers=false");

        using var first = Read(feed.Symbols.Single(symbols => symbols.Id == "Aeronet.AspNetCore.Transport"));
        using var second = Read(new PackageFile(Directory.GetFiles(output, "*.snupkg").Single()));
        Assert.Equal(first.CompilerOptions, second.CompilerOptions);
        Assert.Contains("version", first.CompilerOptions, StringComparison.Ordinal);
        Assert.Equal(first.SourceLink, second.SourceLink);
        Assert.Equal(first.Sources.Select(Comparable), second.Sources.Select(Comparable));

        static string Comparable((string Path, string Hash, string? Text) source) => source.Path.EndsWith(Logging, StringComparison.Ordinal)
            ? $"{source.Path}\n{string.Join('\n', source.Text!.Split('\n').Order(StringComparer.Ordinal))}"
            : $"{source.Path} {source.Hash}";
    }

    private static SymbolFile Read(PackageFile symbols) => new(symbols.Read($"lib/net10.0/{symbols.Id}.pdb"));
}
