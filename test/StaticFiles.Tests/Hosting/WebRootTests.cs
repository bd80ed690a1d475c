using System.Text.Json;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.Extensions.FileProviders;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Hosting;

/// <summary>The web root is what the environment's provider has, which in Development is more than a directory.</summary>
public sealed class WebRootTests
{
    [Theory]
    [InlineData(ServerKind.Aeronet)]
    [InlineData(ServerKind.Sockets)]
    public async Task StaticWebAssets_AssetsOfLibraryAndScopedCss_Served(ServerKind server)
    {
        await using var site = await StartWithAssetsAsync(server);

        Assert.Equal("body{}", (await site.GetAsync("/_content/Lib/lib.css")).Text);
        Assert.Equal("h1[b-x]{}", (await site.GetAsync("/App.styles.css")).Text);

        // By the pattern of the library's directory: made after the build.
        File.WriteAllText(site.PathOf("../Lib/wwwroot/later.js"), "later");
        Assert.Equal("later", (await site.GetAsync("/_content/Lib/later.js")).Text);
        Assert.Equal("site", (await site.GetAsync("/site.txt")).Text);
        Assert.Equal("index", (await site.GetAsync("/")).Text);
        Assert.Equal(206, (await site.GetAsync("/_content/Lib/lib.css", "Range: bytes=1-")).Status);
        Assert.Equal("body{} in gzip", (await site.GetAsync("/_content/Lib/lib.css", "Accept-Encoding: gzip")).Text);
        Assert.True((await site.GetAsync("/_content/Lib/missing.css")).WasPassedOn);
        Assert.True((await site.GetAsync("/_content")).WasPassedOn);
    }

    // What is beneath the web root itself is opened as it is without assets: a link leads no way out, and a large file is not copied.
    [Fact]
    public async Task StaticWebAssets_FilesOfTheDirectory_OpenedBeneathIt()
    {
        await using var site = await StartWithAssetsAsync(ServerKind.Aeronet);
        site.Write("../outside.txt", "outside");
        site.Link("link.txt", "../outside.txt");
        site.Link("inside.txt", "site.txt");
        site.Write("large.bin", new byte[1 << 20]);
        site.Write("../Lib/wwwroot/large.bin", new byte[1 << 20]);

        var escaping = await site.GetAsync("/link.txt");
        Assert.True(escaping.WasPassedOn, $"{escaping.Status} {escaping.Text}");
        Assert.Equal("site", (await site.GetAsync("/inside.txt")).Text);
        Assert.Equal(1 << 20, (await site.GetAsync("/large.bin")).Body.Length);
        Assert.Equal(1 << 20, (await site.GetAsync("/_content/Lib/large.bin")).Body.Length);
        await Eventually.HoldsAsync(() => site.Host.Metrics.Total("aeronet.sendfile.bytes") >= 2 << 20, "both were sent by sendfile");
        Assert.Contains(site.Host.Logs.Entries, e => e.EventId.Name == "Serving" && e.Message.Contains($"'{site.Root}'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StaticWebAssets_DirectoryIndex_ListsBoth()
    {
        await using var site = await StartWithAssetsAsync(ServerKind.Aeronet, o =>
        {
            o.DirectoryIndex.Enabled = true;
            o.DefaultDocuments = [];
        });

        Assert.Equal(["_content/", "App.styles.css", "index.html", "site.txt"], await site.NamesAsync("/"));
        Assert.Contains("lib.css", await site.NamesAsync("/_content/Lib/"));
    }

    // What a request may not follow, no list may either: neither what is there nor that it is there.
    [Theory]
    [InlineData(SymlinkPolicy.Deny, false, false)]
    [InlineData(SymlinkPolicy.InsideRoot, true, false)]
    [InlineData(SymlinkPolicy.Follow, true, true)]
    public async Task DirectoryIndex_Links_AsThePolicySays(SymlinkPolicy policy, bool isInsideListed, bool isOutsideListed)
    {
        await using var assets = await StartWithAssetsAsync(ServerKind.Aeronet, Configure);
        await using var composite = await StartAsync(
            ServerKind.Aeronet,
            (environment, root) => environment.WebRootFileProvider = new CompositeFileProvider(
                new TextProvider(("first.txt", "embedded"), ("site.txt", "embedded")), new PhysicalFileProvider(root)),
            Configure);

        foreach (var site in (TestSite[])[assets, composite])
        {
            site.Write("../outside/secret.txt", "secret");
            Directory.CreateDirectory(site.PathOf("../empty"));
            site.Write("dir/a.txt", "a");
            site.Link("out", "../outside");
            site.Link("void", "../empty");
            site.Link("in", "dir");

            var names = await site.NamesAsync("/");
            Assert.Equal((isInsideListed, isOutsideListed, isOutsideListed), (names.Contains("in/"), names.Contains("out/"), names.Contains("void/")));
            Assert.Contains("dir/", names);
            Assert.Single(names, "site.txt");
            foreach (var path in (string[])["/out/", "/out", "/void/"])
            {
                Assert.Equal(!isOutsideListed, (await site.GetAsync(path)).WasPassedOn);
            }

            Assert.Equal(!isInsideListed, (await site.GetAsync("/in/")).WasPassedOn);
            Assert.Equal(["a.txt"], await site.NamesAsync("/dir/"));
        }

        void Configure(AeronetStaticFileOptions o)
        {
            (o.Symlinks, o.DefaultDocuments) = (policy, []);
            (o.DirectoryIndex.Enabled, o.DirectoryIndex.CacheSize) = (true, 0);
        }
    }

    [Fact]
    public async Task DirectoryIndex_UnreadableDirectory_Forbidden()
    {
        await using var site = await StartWithAssetsAsync(ServerKind.Aeronet, o => o.DirectoryIndex.Enabled = true, before: Unprivileged.Use);
        File.SetUnixFileMode(Path.GetDirectoryName(site.Root)!, (UnixFileMode)0x1c9);
        site.Write("closed/a.txt", "a");

        // Others may search it, but not read it (0711).
        File.SetUnixFileMode(site.PathOf("closed"), (UnixFileMode)0x1c9);

        Assert.Equal(403, (await site.GetAsync("/closed/")).Status);
    }

    // The build has written another path of the same directory than the application was started by.
    [Fact]
    public async Task StaticWebAssets_ManifestByAnotherPath_OpenedBeneathTheDirectoryAllTheSame()
    {
        await using var site = await StartWithAssetsAsync(ServerKind.Aeronet, o => o.DirectoryIndex.Enabled = true, isByAlias: true);
        site.Write("../outside/secret.txt", "secret");
        site.Link("link.txt", "../outside/secret.txt");
        site.Link("out", "../outside");

        Assert.Equal("body{}", (await site.GetAsync("/_content/Lib/lib.css")).Text);
        Assert.Equal("site", (await site.GetAsync("/site.txt")).Text);
        Assert.True((await site.GetAsync("/link.txt")).WasPassedOn);
        Assert.True((await site.GetAsync("/out/")).WasPassedOn);
        Assert.True((await site.GetAsync("/out/secret.txt")).WasPassedOn);
    }

    [Fact]
    public async Task CompositeProvider_FirstThatHasAName_Served()
    {
        await using var site = await StartAsync(ServerKind.Aeronet, (environment, root) =>
            environment.WebRootFileProvider = new CompositeFileProvider(
                new TextProvider(("first.txt", "embedded"), ("both.txt", "embedded")), new PhysicalFileProvider(root), new TextProvider(("site.txt", "hidden"), ("last.txt", "last"))));
        site.Write("both.txt", "directory");
        site.Write("../outside.txt", "outside");
        site.Link("link.txt", "../outside.txt");

        Assert.Equal("embedded", (await site.GetAsync("/first.txt")).Text);
        Assert.Equal("embedded", (await site.GetAsync("/both.txt")).Text);
        Assert.Equal("site", (await site.GetAsync("/site.txt")).Text);
        Assert.Equal("last", (await site.GetAsync("/last.txt")).Text);
        Assert.True((await site.GetAsync("/link.txt")).WasPassedOn);
    }

    // The application has replaced it: the directory is not served beside it.
    [Fact]
    public async Task OtherProvider_ItAlone()
    {
        await using var site = await StartAsync(
            ServerKind.Aeronet, (environment, _) => environment.WebRootFileProvider = new TextProvider(("only.txt", "only")));

        Assert.Equal("only", (await site.GetAsync("/only.txt")).Text);
        Assert.True((await site.GetAsync("/site.txt")).WasPassedOn);
    }

    [Fact]
    public async Task PlainDirectory_StaysTheKernelsRoot()
    {
        await using var site = await StartAsync(ServerKind.Aeronet, (_, _) => { });

        Assert.Equal("site", (await site.GetAsync("/site.txt")).Text);
        var serving = Assert.Single(site.Host.Logs.Entries, e => e.EventId.Name == "Serving");
        Assert.Contains("openat2", serving.Message, StringComparison.Ordinal);
    }

    // A library's assets and no wwwroot of the application's own.
    [Fact]
    public async Task StaticWebAssets_NoDirectory_Served()
    {
        await using var site = await StartWithAssetsAsync(ServerKind.Aeronet, hasDirectory: false);

        Assert.Equal("body{}", (await site.GetAsync("/_content/Lib/lib.css")).Text);
    }

    private static Task<TestSite> StartWithAssetsAsync(
        ServerKind server,
        Action<AeronetStaticFileOptions>? options = null,
        bool hasDirectory = true,
        bool isByAlias = false,
        Action<WebApplication>? before = null)
        => StartAsync(
            server,
            (environment, root) =>
            {
                var directory = Path.GetDirectoryName(root)!;
                if (isByAlias)
                {
                    directory = Directory.CreateSymbolicLink(Path.Combine(directory, "alias"), directory).FullName;
                }

                var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager { ["staticWebAssets"] = WriteManifest(directory) };
                if (!hasDirectory)
                {
                    (environment.WebRootPath, environment.WebRootFileProvider) = (null!, new NullFileProvider());
                }

                // What the default host does in Development.
                StaticWebAssetsLoader.UseStaticWebAssets(environment, configuration);
            },
            o =>
            {
                o.Precompressed = ["gzip"];
                options?.Invoke(o);
            },
            before);

    private static async Task<TestSite> StartAsync(
        ServerKind server,
        Action<Microsoft.AspNetCore.Hosting.IWebHostEnvironment, string> prepare,
        Action<AeronetStaticFileOptions>? options = null,
        Action<WebApplication>? before = null)
        => await TestSite.StartAsync(
            server,
            o =>
            {
                o.Root = null;
                options?.Invoke(o);
            },
            before,
            builder: (builder, root) =>
            {
                File.WriteAllText(Path.Combine(root, "site.txt"), "site");
                File.WriteAllText(Path.Combine(root, "index.html"), "index");
                builder.Environment.WebRootPath = root;
                builder.Environment.WebRootFileProvider = new PhysicalFileProvider(root);
                prepare(builder.Environment, root);
            });

    // As the SDK writes it for an application with a page's scoped style sheet and a reference to a Razor class library.
    private static string WriteManifest(string directory)
    {
        string[] roots = ["App/obj/scopedcss/bundle/", "www/", "Lib/wwwroot/", "Lib/obj/compressed/"];
        foreach (var root in roots)
        {
            Directory.CreateDirectory(Path.Combine(directory, root));
        }

        File.WriteAllText(Path.Combine(directory, roots[0], "App.styles.css"), "h1[b-x]{}");
        File.WriteAllText(Path.Combine(directory, roots[2], "lib.css"), "body{}");
        File.WriteAllText(Path.Combine(directory, roots[3], "0jvdlu7mov-{0}-1euo0y4l2x-1euo0y4l2x.gz"), "body{} in gzip");
        var library = new
        {
            Children = new Dictionary<string, object>
            {
                ["lib.css"] = Asset(2, "lib.css"),
                ["lib.css.gz"] = Asset(3, "0jvdlu7mov-{0}-1euo0y4l2x-1euo0y4l2x.gz"),
            },
            Asset = (object?)null,
            Patterns = new[] { new { ContentRootIndex = 2, Pattern = "**", Depth = 2 } },
        };
        var manifest = new
        {
            ContentRoots = roots.Select(root => Path.Combine(directory, root)),
            Root = new
            {
                Children = new Dictionary<string, object>
                {
                    ["App.styles.css"] = Asset(0, "App.styles.css"),
                    ["site.txt"] = Asset(1, "site.txt"),
                    ["_content"] = new { Children = new { Lib = library }, Asset = (object?)null, Patterns = (object?)null },
                },
                Asset = (object?)null,
                Patterns = new[] { new { ContentRootIndex = 1, Pattern = "**", Depth = 0 } },
            },
        };
        var path = Path.Combine(directory, "App.staticwebassets.runtime.json");
        File.WriteAllText(path, JsonSerializer.Serialize(manifest));
        return path;

        static object Asset(int root, string path) => new { Children = (object?)null, Asset = new { ContentRootIndex = root, SubPath = path }, Patterns = (object?)null };
    }
}
