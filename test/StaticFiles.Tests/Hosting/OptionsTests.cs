using System.Text.RegularExpressions;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Hosting;

public sealed class OptionsTests : IDisposable
{
    private readonly DirectoryInfo _content = Directory.CreateTempSubdirectory("aeronet-options-");

    [Fact]
    public async Task Use_NothingSet_WebRootIsServed()
    {
        Write("wwwroot/index.html", "index");

        Assert.Equal("index", await GetAsync("/", app => app.UseAeronetStaticFiles()));
    }

    [Fact]
    public async Task Use_Configuration_Bound()
    {
        Write("site/home.htm", "home");
        Write("site/index.html", "index");
        Write("site/.hidden", "hidden");
        (string, string)[] settings =
        [
            ("Root", "site"), ("RequestPath", "/s"), ("DefaultDocuments:0", "home.htm"), ("ServeHidden", "true"), ("Symlinks", "Deny"),
            ("ServeUnknownFileTypes", "true"), ("DefaultContentType", "text/plain"), ("CacheControl", "no-cache"),
            ("FallbackDocument", "home.htm"), ("ContentTypes:.md", "text/markdown"), ("TextCharset", "utf-8"), ("EntityTags", "ContentHash"),
            ("CacheControlRules:0:Pattern", "*.html"), ("CacheControlRules:0:Value", "no-store"), ("ImmutableFingerprints", "true"),
            ("Precompressed:0", "gzip"), ("MaxRanges", "8"), ("RangeGap", "0"), ("ExcessRanges", "Refuse"), ("OpenFileCacheSize", "0"), ("OpenFileCacheMaxAge", "00:00:05"),
        ];

        Assert.Equal("home", await GetAsync("/s/", app => app.UseAeronetStaticFiles(), settings));
        Assert.Equal("hidden", await GetAsync("/s/.hidden", app => app.UseAeronetStaticFiles(), settings));
    }

    [Fact]
    public async Task Use_ServicesConfigure_AfterConfiguration()
    {
        Write("a/file.txt", "a");
        Write("b/file.txt", "b");

        Assert.Equal("b", await GetAsync(
            "/file.txt",
            app => app.UseAeronetStaticFiles(),
            [("Root", "a")],
            services => services.Configure<AeronetStaticFileOptions>(o => o.Root = "b")));
    }

    [Fact]
    public async Task Use_RequestPathAndRoot_OverConfiguration()
    {
        Write("a/file.zzz", "a");
        Write("b/file.zzz", "b");

        Assert.Equal("b", await GetAsync("/files/file.zzz", app => app.UseAeronetStaticFiles("/files", "b"), [("Root", "a")]));
        Assert.Equal("404", await GetAsync(
            "/files/file.zzz", app => app.UseAeronetStaticFiles("/files", "b"), [("ServeUnknownFileTypes", "false")]));
    }

    [Fact]
    public async Task Use_OptionsObject_ConfigurationIgnored()
    {
        Write("b/file.txt", "b");

        Assert.Equal("b", await GetAsync(
            "/file.txt",
            app => app.UseAeronetStaticFiles(new AeronetStaticFileOptions { Root = "b" }),
            [("Root", "missing"), ("CacheControl", "x y")]));
    }

    [Fact]
    public async Task Use_TwoMounts_Both()
    {
        Write("a/file.txt", "a");
        Write("b/file.txt", "b");
        static void UseBoth(WebApplication app) => app.UseAeronetStaticFiles("/a", "a").UseAeronetStaticFiles("/b", "b");

        Assert.Equal("a", await GetAsync("/a/file.txt", UseBoth));
        Assert.Equal("b", await GetAsync("/b/file.txt", UseBoth));
    }

    [Theory]
    [InlineData("Root", "missing", "Aeronet:StaticFiles:Root is '*missing', which does not exist or cannot be reached: *")]
    [InlineData("Root", "file.txt", "Aeronet:StaticFiles:Root is '*file.txt', which is a file: *")]
    [InlineData("Root", "", "Aeronet:StaticFiles:Root is not set and the application has no web root: *wwwroot'.")]
    [InlineData("RequestPath", "files", "Aeronet:StaticFiles:RequestPath is 'files': *")]
    [InlineData("RequestPath", "/files/", "Aeronet:StaticFiles:RequestPath is '/files/': *")]
    [InlineData("RequestPath", "/", "Aeronet:StaticFiles:RequestPath is '/': *")]
    [InlineData("RequestPath", "//files", "Aeronet:StaticFiles:RequestPath is '//files': *")]
    [InlineData("DefaultDocuments:0", "../secret", "Aeronet:StaticFiles:DefaultDocuments has '../secret': *")]
    [InlineData("DefaultDocuments:0", "..", "Aeronet:StaticFiles:DefaultDocuments has '..': *")]
    [InlineData("DefaultContentType", "nonsense", "Aeronet:StaticFiles:DefaultContentType is 'nonsense': *")]
    [InlineData("CacheControl", "max-age=", "Aeronet:StaticFiles:CacheControl is 'max-age=': *")]
    [InlineData("CacheControl", "public\r\nX: y", "Aeronet:StaticFiles:CacheControl is *")]
    [InlineData("Symlinks", "7", "Aeronet:StaticFiles:Symlinks is '7': *")]
    [InlineData("Symlinks", "Never", "*'Aeronet:StaticFiles:Symlinks'*")]
    [InlineData("FallbackDocument", "../index.html", "Aeronet:StaticFiles:FallbackDocument is '../index.html': *")]
    [InlineData("ContentTypes:md", "text/markdown", "Aeronet:StaticFiles:ContentTypes has 'md': *")]
    [InlineData("ContentTypes:.md", "markdown", "Aeronet:StaticFiles:ContentTypes:.md is 'markdown': *")]
    [InlineData("TextCharset", "utf 8", "Aeronet:StaticFiles:TextCharset is 'utf 8': *")]
    [InlineData("CacheControlRules:0:Value", "no-cache", "Aeronet:StaticFiles:CacheControlRules has a rule with the Pattern '': *")]
    [InlineData("CacheControlRules:0:Pattern", "", "Aeronet:StaticFiles:CacheControlRules has a rule with the Pattern '': *")]
    [InlineData("EntityTags", "7", "Aeronet:StaticFiles:EntityTags is '7': *")]
    [InlineData("Precompressed:0", "deflate", "Aeronet:StaticFiles:Precompressed has 'deflate': use br, zstd, gzip.")]
    [InlineData("MaxRanges", "0", "Aeronet:StaticFiles:MaxRanges is 0: *")]
    [InlineData("MaxRanges", "257", "Aeronet:StaticFiles:MaxRanges is 257: *")]
    [InlineData("RangeGap", "-1", "Aeronet:StaticFiles:RangeGap is -1: *")]
    [InlineData("ExcessRanges", "7", "Aeronet:StaticFiles:ExcessRanges is '7': *")]
    [InlineData("OpenFileCacheSize", "-1", "Aeronet:StaticFiles:OpenFileCacheSize is -1: *")]
    [InlineData("OpenFileCacheSize", "many", "*'Aeronet:StaticFiles:OpenFileCacheSize'*")]
    [InlineData("OpenFileCacheMaxAge", "-00:00:01", "Aeronet:StaticFiles:OpenFileCacheMaxAge is -00:00:01: *")]
    [InlineData("OpenFileCacheMaxAge", "02:00:00", "Aeronet:StaticFiles:OpenFileCacheMaxAge is 02:00:00: *")]
    [InlineData("SymLink", "Deny", "*SymLink*")]
    public void Use_WrongValue_OneLineNamesKeyValueAndRemedy(string key, string value, string message)
    {
        Write("file.txt", "x");
        if (key != "Root")
        {
            Directory.CreateDirectory(Path.Combine(_content.FullName, "wwwroot"));
        }

        var failure = Assert.Throws<OptionsValidationException>(() => Build(app => app.UseAeronetStaticFiles(), [(key, value)], null));

        Assert.Matches("^" + Regex.Escape(message).Replace("\\*", ".*", StringComparison.Ordinal) + "$", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    public void Dispose() => _content.Delete(recursive: true);

    private void Write(string name, string content)
    {
        var path = Path.Combine(_content.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    private WebApplication Build(Action<WebApplication> use, (string Key, string Value)[] settings, Action<IServiceCollection>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = _content.FullName });
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create($"{AeronetStaticFileOptions.SectionName}:{s.Key}", (string?)s.Value)));
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        use(app);
        return app;
    }

    private async Task<string> GetAsync(
        string path, Action<WebApplication> use, (string, string)[]? settings = null, Action<IServiceCollection>? configure = null)
    {
        await using var app = Build(use, settings ?? [], configure);
        await app.StartAsync();
        using var response = await app.GetTestClient().GetAsync(path);
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : ((int)response.StatusCode).ToString();
    }
}
