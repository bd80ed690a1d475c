using System.Net;
using System.Text;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.Hosting;

/// <summary><c>builder.AddAeronet()</c> and <c>app.UseAeronet()</c>.</summary>
public sealed class AddAeronetTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-hosting-");

    public AddAeronetTests()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "page.html"), "a page");
        File.WriteAllText(Path.Combine(_folder.FullName, "other.txt"), "another file");
    }

    private string LogPath => Path.Combine(_folder.FullName, "access.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(ServerKind.Aeronet)]
    [InlineData(ServerKind.TestServer)]
    public async Task EverySection_IsInThePipeline(ServerKind server)
    {
        var site = await StartAsync(server, $$"""
            {
              "AccessLog": { "Format": "{method} {path} {status}", "File": { "Path": "{{LogPath}}" } },
              "TlsMetrics": {},
              "HttpsRedirect": { "PortMap": { "80": 8443 } },
              "Cors": { "Default": { "Origins": [ "https://app.example" ] } },
              "Routes": [ { "Prefix": "/files", "StaticRoot": "{{_folder.FullName}}" } ],
              "StaticFiles": { "Root": "{{_folder.FullName}}" }
            }
            """);
        await using (site)
        {
            using var redirected = await site.GetAsync("/page.html");
            Assert.Equal(HttpStatusCode.PermanentRedirect, redirected.StatusCode);

            using var page = await site.GetHttpsAsync("/page.html");
            Assert.Equal("a page", await page.Content.ReadAsStringAsync());
            Assert.Contains("Origin", page.Headers.Vary);

            using var file = await site.GetHttpsAsync("/files/other.txt");
            Assert.Equal("another file", await file.Content.ReadAsStringAsync());

            using var rest = await site.GetHttpsAsync("/nothing");
            Assert.Equal("served", await rest.Content.ReadAsStringAsync());
            Assert.Empty(Warnings(site));
            if (server == ServerKind.Aeronet)
            {
                await Eventually.HoldsAsync(
                    () => site.Host.Metrics.ToString().Contains("tls.protocol.version", StringComparison.Ordinal), "requests to be tagged");
            }
        }

        // A client may have its response before the line of it is written.
        Assert.Equal(
            ["GET /files/other.txt 200", "GET /nothing 200", "GET /page.html 200", "GET /page.html 308"],
            (await File.ReadAllLinesAsync(LogPath)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task NoSection_PutsNothingIntoThePipeline()
    {
        await using var site = await StartAsync(ServerKind.Aeronet, "{}");
        using var response = await site.GetAsync("/page.html", "example.com", "Origin: https://app.example");
        Assert.Equal("served", await response.Content.ReadAsStringAsync());
        Assert.Empty(response.Headers.Vary);
    }

    [Fact]
    public async Task Transport_IsUnderKestrel()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Sockets, new SiteOptions
        {
            Builder = builder => builder.AddAeronet(),
            App = app => app.UseAeronet(),
        });
        using var response = await site.GetAsync("/");
        Assert.Equal("served", await response.Content.ReadAsStringAsync());
        Assert.Contains(site.Host.Logs.Entries, entry => entry.Category == "Aeronet.AspNetCore.Transport");
    }

    [Fact]
    public async Task EmptySection_AsksForTheDefaults()
    {
        await using var site = await StartAsync(ServerKind.TestServer, """{ "HttpsRedirect": {} }""", httpsPorts: "8443");
        using var response = await site.GetAsync("/");
        Assert.Equal(new Uri("https://example.com:8443/"), response.Headers.Location);
    }

    [Fact]
    public async Task Pipeline_SwitchesOffAndOn()
    {
        await using var site = await StartAsync(ServerKind.Aeronet, $$"""
            {
              "Pipeline": { "HttpsRedirect": false, "StaticFiles": true, "Cors": true },
              "HttpsRedirect": { "HttpsPort": 8443 },
              "StaticFiles": { "Root": "{{_folder.FullName}}" }
            }
            """);
        using var page = await site.GetAsync("/page.html");
        Assert.Equal("a page", await page.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{ "Acess Log": {} }""", "Aeronet:Acess Log is not an option: did you mean AccessLog?")]
    [InlineData("""{ "CORS ": { "Default": {} } }""", "Aeronet:CORS  is not an option: did you mean Cors?")]
    [InlineData("""{ "Logging": {} }""", "Aeronet:Logging is not an option: remove it or use one of Transport, ")]
    [InlineData("""{ "Pipeline": { "HttpRedirect": true } }""", "Aeronet:Pipeline:HttpRedirect is not an option: did you mean HttpsRedirect?")]
    [InlineData("""{ "Pipeline": { "Cors": "yes" } }""", "Aeronet:Pipeline:Cors is 'yes': use true or false.")]
    public async Task UnknownSection_FailsTheStart(string json, string message)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(ServerKind.TestServer, json));
        Assert.StartsWith(message, Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownSection_FailsTheStart_WithoutUseAeronet()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            ServerKind.TestServer, """{ "Tlss": {} }""", app: _ => { }));
        Assert.Equal("Aeronet:Tlss is not an option: did you mean Tls?", Assert.Single(error.Failures));
    }

    [Fact]
    public async Task CalledTwice_AddsNothing()
    {
        var json = $$"""{ "AccessLog": { "Format": "{path}", "File": { "Path": "{{LogPath}}" } }, "Cors": {} }""";
        var site = await StartAsync(
            ServerKind.Aeronet,
            json,
            app: app => app.UseAeronet().UseAeronet(),
            builder: builder => builder.AddAeronet().AddAeronet());
        await using (site)
        {
            using var response = await site.GetAsync("/once");
            Assert.Empty(Warnings(site));
        }

        Assert.Equal(["/once"], await File.ReadAllLinesAsync(LogPath));
    }

    [Fact]
    public async Task CalledByName_IsNotAddedAgain()
    {
        await using var site = await StartAsync(
            ServerKind.Aeronet,
            """{ "Cors": { "Default": { "Origins": [ "https://a.example" ] }, "Policies": { "all": { "Origins": [ "*" ] } } } }""",
            app: app =>
            {
                app.UseAeronetCors("all");
                app.UseAeronet();
            });
        using var response = await site.GetAsync("/", "example.com", "Origin: https://b.example");
        Assert.Equal(["*"], response.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task UseWithoutAdd_SaysWhatIsMissing()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(
            ServerKind.TestServer, "{}", builder: _ => { }));
        Assert.Contains("call builder.AddAeronet()", error.Message, StringComparison.Ordinal);
    }

    internal static IEnumerable<string> Warnings(TestSite site) => site.Host.Logs.Entries
        .Where(entry => entry.Category == "Aeronet.AspNetCore.Middleware.Pipeline")
        .Select(entry => entry.Message);

    private static Task<TestSite> StartAsync(
        ServerKind server,
        string aeronet,
        Action<WebApplication>? app = null,
        Action<WebApplicationBuilder>? builder = null,
        string? httpsPorts = null) =>
        TestSite.StartAsync(server, new SiteOptions
        {
            HttpsEndpoints = server == ServerKind.TestServer ? 0 : 1,
            Builder = b =>
            {
                b.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Aeronet": {{aeronet}} }""")));
                b.Configuration["HTTPS_PORTS"] = httpsPorts;
                (builder ?? (x => x.AddAeronet()))(b);
            },
            App = app ?? (a => a.UseAeronet()),
        });
}
