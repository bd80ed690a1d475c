using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.Extensions.FileProviders;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

/// <summary>Lists of what file providers have.</summary>
public sealed class ProviderListingTests
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    private static ManifestEmbeddedFileProvider Embedded => new(typeof(ProviderListingTests).Assembly, "Embedded");

    [Theory, EachServer]
    public async Task Get_Embedded_EveryEntryListedAndFound(ServerKind server)
    {
        await using var site = await StartAsync(server, _ => Embedded);

        Assert.Equal(["docs/"], await site.NamesAsync("/"));
        Assert.Equal(["deep/", "a#b c&d.txt", "page.txt", "README.md"], await site.NamesAsync("/docs/"));
        using var json = await site.JsonAsync("/docs/");
        foreach (var entry in json.RootElement.GetProperty("entries").EnumerateArray())
        {
            var found = await site.GetAsync("/docs/" + entry.GetProperty("href").GetString());
            Assert.Equal(200, found.Status);
            if (entry.GetProperty("type").GetString() == "file")
            {
                Assert.Equal(found.Body.Length, entry.GetProperty("size").GetInt64());
            }
        }

        var html = (await site.GetAsync("/docs/")).Text;
        Assert.Contains("<p>Read me.</p>", html);
        Assert.Contains("""<a href="a%23b%20c%26d.txt">""", html);
        Assert.Contains("page.txt", (await site.GetAsync("/docs/?format=text")).Text);
        Assert.Equal("/docs/", (await site.GetAsync("/docs"))["Location"]);
        Assert.True((await site.GetAsync("/docs/missing/")).WasPassedOn);
        Assert.True((await site.GetAsync("/docs/page.txt/")).WasPassedOn);
        Assert.True((await site.GetAsync("/docs/%FF/")).WasPassedOn);
        Assert.True((await site.SendAsync(HttpMethod.Post, "/docs/")).WasPassedOn);
    }

    [Fact]
    public async Task Get_Composite_EntriesOfAllEachOnce()
    {
        PhysicalFileProvider? physical = null;
        await using var site = await StartAsync(
            ServerKind.Aeronet,
            root => new CompositeFileProvider(physical = new PhysicalFileProvider(root), Embedded),
            o => o.DirectoryIndex.CacheSize = 0);
        using var _ = physical;
        site.Write("docs/page.txt", "of the disk");
        site.Write("docs/own.txt", "own");
        site.Write("docs/.secret.txt", "hidden");

        Assert.Equal(["deep/", "a#b c&d.txt", "own.txt", "page.txt", "README.md"], await site.NamesAsync("/docs/"));
        Assert.Equal("of the disk", (await site.GetAsync("/docs/page.txt")).Text);
        site.Write("docs/readme.md", "x");
        Assert.Contains("README.md", await site.NamesAsync("/docs/"));
    }

    [Fact]
    public async Task Get_Physical_ChangesSeenByItsToken()
    {
        PhysicalFileProvider? physical = null;
        await using var site = await StartAsync(
            ServerKind.Aeronet, root => physical = new PhysicalFileProvider(root), o => o.DirectoryIndex.CacheMaxAge = Never);
        using var _ = physical;
        site.Write("dir/a.txt", "x");
        Assert.Equal(["a.txt"], await site.NamesAsync("/dir/"));

        site.Write("dir/b.txt", "x");

        await site.GetUntilAsync("/dir/?format=text", answer => answer.Text.Contains("b.txt", StringComparison.Ordinal));
        Assert.Equal(["a.txt", "b.txt"], await site.NamesAsync("/dir/"));
    }

    [Fact]
    public async Task Get_ProviderTellsChanges_ReadOncePerChange()
    {
        var provider = new ListedProvider("a") { TellsChanges = true };
        await using var site = await StartAsync(ServerKind.Aeronet, _ => provider, o => o.DirectoryIndex.CacheMaxAge = Never);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(["a"], await site.NamesAsync("/"));
        }

        Assert.Equal(1, provider.Reads);
        provider.Names = ["b"];
        provider.TellChange();

        Assert.Equal(["b"], await site.NamesAsync("/"));
        Assert.Equal(["b"], await site.NamesAsync("/"));
        Assert.Equal(2, provider.Reads);
        Assert.Equal(["/*", "/*"], provider.Filters);
    }

    [Fact]
    public async Task Get_ProviderTellsNothing_ReadAgainAfterMaxAge()
    {
        var provider = new ListedProvider("a");
        await using var site = await StartAsync(
            ServerKind.Aeronet, _ => provider, o => o.DirectoryIndex.CacheMaxAge = TimeSpan.FromMilliseconds(50));
        Assert.Equal(["a"], await site.NamesAsync("/"));
        provider.Names = ["b"];

        await site.GetUntilAsync("/?format=text", answer => answer.Text.Contains(" b\n", StringComparison.Ordinal));
    }

    // What a request could not ask for, and what would lead elsewhere.
    [Fact]
    public async Task Get_NamesThatAreNone_LeftOut()
    {
        var provider = new ListedProvider("good", "", ".", "..", "../up", "a/b", "a\\b", "nul\0", "lone\uD800", ".hidden", new string('x', 256), ".well-known");
        await using var site = await StartAsync(ServerKind.Aeronet, _ => provider);

        Assert.Equal([".well-known", "good"], await site.NamesAsync("/"));
    }

    [Fact]
    public async Task Get_UnservedTypes_LeftOut()
    {
        var provider = new ListedProvider("a.txt", "b.unknown");
        await using var site = await StartAsync(ServerKind.Aeronet, _ => provider, o => o.ServeUnknownFileTypes = false);

        Assert.Equal(["a.txt"], await site.NamesAsync("/"));
    }

    [Fact]
    public async Task Get_MoreThanMaxEntries_Truncated()
    {
        var provider = new ListedProvider([.. Enumerable.Range(0, 100).Select(i => $"{i}")]);
        await using var site = await StartAsync(ServerKind.Aeronet, _ => provider, o => o.DirectoryIndex.MaxEntries = 10);

        var answer = await site.GetAsync("/?format=json");
        Assert.Equal("1", answer["x-directory-listing-truncated"]);
        Assert.Equal(10, (await site.NamesAsync("/")).Length);
    }

    [Fact]
    public async Task Get_DirectoryUnreadable_Unavailable()
    {
        var provider = new ListedProvider("a") { Failure = new IOException("broken") };
        await using var site = await StartAsync(ServerKind.Aeronet, _ => provider);

        var answer = await site.GetAsync("/");
        Assert.Equal(503, answer.Status);
        Assert.Equal("no-store", answer["Cache-Control"]);
    }

    private static Task<TestSite> StartAsync(
        ServerKind server, Func<string, IFileProvider> provider, Action<AeronetStaticFileOptions>? options = null)
        => TestSite.StartAsync(server, o =>
        {
            (o.FileProvider, o.Root) = (provider(o.Root!), null);
            o.DirectoryIndex.Enabled = true;
            options?.Invoke(o);
        });
}
