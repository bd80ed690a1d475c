using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Hosting;

/// <summary>Several mounts from configuration, file providers.</summary>
public sealed class MountTests : IDisposable
{
    private readonly DirectoryInfo _content = Directory.CreateTempSubdirectory("aeronet-mounts-");

    [Fact]
    public async Task Mounts_InConfiguration_EachWithItsOwnAndTheCommonOptions()
    {
        Write("a/file.txt", "a");
        Write("b/file.txt", "b");
        Write("b/home.htm", "home");
        await using var app = Build(
            ("CacheControl", "no-cache"), ("DefaultDocuments:0", "none.html"),
            ("Mounts:0:RequestPath", "/a"), ("Mounts:0:Root", "a"),
            ("Mounts:1:RequestPath", "/b"), ("Mounts:1:Root", "b"), ("Mounts:1:CacheControl", "no-store"), ("Mounts:1:DefaultDocuments:0", "home.htm"));
        await app.StartAsync();
        using var client = app.GetTestClient();

        Assert.Equal("a", await client.GetStringAsync("/a/file.txt"));
        Assert.Equal("b", await client.GetStringAsync("/b/file.txt"));
        Assert.Equal("home", await client.GetStringAsync("/b/"));
        Assert.Equal("no-cache", (await client.GetAsync("/a/file.txt")).Headers.CacheControl!.ToString());
        Assert.Equal("no-store", (await client.GetAsync("/b/file.txt")).Headers.CacheControl!.ToString());
        Assert.Equal(404, (int)(await client.GetAsync("/file.txt")).StatusCode);
    }

    [Theory]
    [InlineData("Mounts:1:Root", "missing", "Aeronet:StaticFiles:Mounts:1:Root is '*missing', which does not exist*")]
    [InlineData("Mounts:1:RequestPath", "b", "Aeronet:StaticFiles:Mounts:1:RequestPath is 'b': *")]
    [InlineData("Mounts:1:Rot", "b", "*Rot*")]
    [InlineData("Rot", "b", "*Rot*")]
    [InlineData("Mounts:1:Mounts:0:Root", "b", "*Mounts*")]
    public void Mounts_WrongValue_NamesTheMount(string key, string value, string message)
    {
        Write("a/file.txt", "a");
        var failure = Assert.Throws<OptionsValidationException>(() => Build(
            ("Mounts:0:Root", "a"), ("Mounts:0:RequestPath", "/a"), (key == "Mounts:1:Root" ? "CacheControl" : "Mounts:1:Root", "a"), (key, value)));

        Assert.Matches("^" + message.Replace("*", ".*", StringComparison.Ordinal) + "$", failure.Message);
    }

    [Fact]
    public async Task FileProvider_Embedded_ServedWithRangesAndTags()
    {
        var resource = new MemoryProvider(("dir/file.txt", "hello"), ("dir/index.html", "index"));
        await using var app = Build(o => o.FileProvider = resource);
        await app.StartAsync();
        using var client = app.GetTestClient();

        for (var i = 0; i < 2; i++)
        {
            using var response = await client.GetAsync("/dir/file.txt");
            Assert.Equal("hello", await response.Content.ReadAsStringAsync());
            Assert.Equal(resource.Modified, response.Content.Headers.LastModified);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/dir/file.txt")
            {
                Headers = { Range = new(1, 2), IfRange = new(response.Headers.ETag!) },
            };
            using var part = await client.SendAsync(request);
            Assert.Equal("el", await part.Content.ReadAsStringAsync());
        }

        Assert.Equal("index", await client.GetStringAsync("/dir/"));
        Assert.Equal("/dir/", (await client.GetAsync("/dir")).Headers.Location!.ToString());
        Assert.Equal(404, (int)(await client.GetAsync("/dir/other.txt")).StatusCode);
    }

    // What has no path is copied once, and again when the provider has another version.
    [Fact]
    public async Task FileProvider_AskedAgain_CopiedOncePerVersion()
    {
        var resource = new MemoryProvider(("file.txt", "hello"));
        await using var app = Build(o => (o.FileProvider, o.OpenFileCacheMaxAge) = (resource, TimeSpan.Zero));
        await app.StartAsync();
        using var client = app.GetTestClient();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("hello", await client.GetStringAsync("/file.txt"));
        }

        Assert.Equal(1, resource.Reads);
        resource.Modified = resource.Modified.AddTicks(1);
        Assert.Equal("hello", await client.GetStringAsync("/file.txt"));
        Assert.Equal(2, resource.Reads);
    }

    [Fact]
    public async Task FileProvider_Physical_ServedAndChangesSeen()
    {
        Write("a/file.txt", "hello");
        using var provider = new PhysicalFileProvider(Path.Combine(_content.FullName, "a"));
        await using var app = Build(o => (o.FileProvider, o.OpenFileCacheMaxAge) = (provider, TimeSpan.Zero));
        await app.StartAsync();
        using var client = app.GetTestClient();

        Assert.Equal("hello", await client.GetStringAsync("/file.txt"));
        Write("a/next", "replaced");
        File.Move(Path.Combine(_content.FullName, "a/next"), Path.Combine(_content.FullName, "a/file.txt"), overwrite: true);
        Assert.Equal("replaced", await client.GetStringAsync("/file.txt"));
    }

    [Fact]
    public void FileProvider_AndRoot_Refused()
    {
        Write("a/file.txt", "a");
        var failure = Assert.Throws<OptionsValidationException>(() => Build(o => (o.FileProvider, o.Root) = (new NullFileProvider(), "a")));

        Assert.Equal("Aeronet:StaticFiles:Root is 'a' and a FileProvider is set as well: set one of them.", failure.Message);
    }

    public void Dispose() => _content.Delete(recursive: true);

    private void Write(string name, string content)
    {
        var path = Path.Combine(_content.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    private WebApplication Build(params (string Key, string Value)[] settings) => Build(static _ => { }, settings);

    private WebApplication Build(Action<AeronetStaticFileOptions> configure, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = _content.FullName });
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create($"{AeronetStaticFileOptions.SectionName}:{s.Key}", (string?)s.Value)));
        var app = builder.Build();
        app.UseAeronetStaticFiles(configure);
        return app;
    }

    /// <summary>Files that have no path, as embedded resources have none.</summary>
    private sealed class MemoryProvider(params (string Name, string Content)[] files) : IFileProvider
    {
        private int _reads;

        public int Reads => _reads;

        public DateTimeOffset Modified { get; set; } = new(2024, 2, 29, 12, 34, 56, TimeSpan.Zero);

        public IDirectoryContents GetDirectoryContents(string subpath)
            => files.Any(f => ("/" + f.Name).StartsWith(subpath + "/", StringComparison.Ordinal))
                ? new Contents()
                : NotFoundDirectoryContents.Singleton;

        public IFileInfo GetFileInfo(string subpath)
            => files.Where(f => "/" + f.Name == subpath).Select(IFileInfo (f) => new Resource(f.Name, f.Content, Modified, () => Interlocked.Increment(ref _reads))).FirstOrDefault()
                ?? new NotFoundFileInfo(subpath);

        public Microsoft.Extensions.Primitives.IChangeToken Watch(string filter) => NullChangeToken.Singleton;

        private sealed class Contents : IDirectoryContents
        {
            public bool Exists => true;

            public IEnumerator<IFileInfo> GetEnumerator() => Enumerable.Empty<IFileInfo>().GetEnumerator();

            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
        }

        private sealed class Resource(string name, string content, DateTimeOffset modified, Action onRead) : IFileInfo
        {
            public bool Exists => true;

            public long Length => content.Length;

            public string? PhysicalPath => null;

            public string Name => name;

            public DateTimeOffset LastModified => modified;

            public bool IsDirectory => false;

            public Stream CreateReadStream()
            {
                onRead();
                return new MemoryStream(Encoding.UTF8.GetBytes(content));
            }
        }
    }
}
