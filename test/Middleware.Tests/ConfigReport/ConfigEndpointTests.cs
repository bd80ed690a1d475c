using System.Net;
using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Middleware.Hosting;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aeronet.AspNetCore.Middleware.Tests.ConfigReport;

/// <summary>The settings in force, by <c>MapAeronetConfig()</c>.</summary>
public sealed class ConfigEndpointTests : IDisposable
{
    private const string Path = "/_aeronet/config";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-config-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Aeronet:Transport:Dispatch", "ThreadPool", "base.json")]
    [InlineData("Aeronet:Transport:Backlog", "100", "over.json")]
    [InlineData("Aeronet:Transport:SendChunk", "2097152", "default")]
    [InlineData("Aeronet:Transport:NoDelay", "false", "code")]
    [InlineData("Aeronet:Transport:StallThreshold", "00:00:00.005", "default")]
    [InlineData("Aeronet:Transport:UnixFileMode", null, "default")]
    [InlineData("Aeronet:Tls:Ktls", "Opportunistic", "default")]
    [InlineData("Aeronet:Tls:CipherPolicy", "Modern", "base.json")]
    [InlineData("Aeronet:Tls:Certificate:Password", "[redacted]", "base.json")]
    [InlineData("Aeronet:Tls:Certificate:KeyPath", "site.key", "base.json")]
    [InlineData("Aeronet:AccessLog:Format", "{path}", "command line")]
    [InlineData("Aeronet:AccessLog:File:Keep", null, "default")]
    [InlineData("Aeronet:AccessLog:RedactHeaders", """["X-One"]""", "base.json")]
    [InlineData("Aeronet:AccessLog:KnownProxies", """["10.0.0.0/8", "192.0.2.1"]""", "base.json, over.json")]
    [InlineData("Aeronet:Cors:Default:Origins", """["https://a.example"]""", "base.json")]
    [InlineData("Aeronet:Cors:Policies:p:Credentials", "true", "base.json")]
    [InlineData("Aeronet:Cors:Policies:q:Origins", """["https://q.example"]""", "code")]
    [InlineData("Aeronet:HttpsRedirect:PortMap:8080", "8443", "code")]
    [InlineData("Aeronet:HttpsRedirect:Hsts:MaxAge", "1.00:00:00", "base.json")]
    [InlineData("Aeronet:Routes:0:Prefix", "/api", "base.json")]
    [InlineData("Aeronet:StaticFiles:Mounts:1:RequestPath", "/two", "base.json")]
    [InlineData("Aeronet:StaticFiles:Mounts:1:MaxRanges", "4", "base.json")]
    [InlineData("Aeronet:StaticFiles:Mounts:0:OnPrepareResponse", "(set)", "code")]
    [InlineData("Aeronet:StaticFiles:Mounts:0:DirectoryIndex:Banner", "https://[redacted]@b.example", "base.json")]
    [InlineData("Aeronet:Pipeline:HttpsRedirect", "false", "base.json")]
    [InlineData("Urls", "http://127.0.0.1:0", "code")]
    public async Task Setting_ShowsValueAndSource(string key, string? value, string source)
    {
        await using var site = await StartAsync(Environments.Development);
        using var response = await site.GetAsync(Path, "example.com", "Accept: application/json");
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        var rows = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray();
        var row = Assert.Single(rows, row => (string?)row!["key"] == key)!;
        Assert.Equal((value, source), ((string?)row["value"], (string?)row["from"]));
    }

    [Fact]
    public async Task Text_IsATableWithoutSecrets()
    {
        await using var site = await StartAsync(Environments.Development);
        using var response = await site.GetAsync(Path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Matches(@"(?m)^Aeronet:Transport:Backlog +100 +over\.json$", text);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EverySection_IsShown()
    {
        await using var site = await StartAsync(Environments.Development);
        using var response = await site.GetAsync(Path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.All(AeronetSections.Names, name => Assert.Contains($"\nAeronet:{name}:", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Production_NotFound()
    {
        await using var site = await StartAsync(Environments.Production);
        using var response = await site.GetAsync(Path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("Authorization: Test", HttpStatusCode.OK)]
    [InlineData("X-None: 1", HttpStatusCode.Unauthorized)]
    public async Task Production_WithAuthorization_ForThoseWhoMay(string header, HttpStatusCode status)
    {
        await using var site = await StartAsync(
            Environments.Production,
            app => app.MapAeronetConfig().RequireAuthorization(),
            services =>
            {
                services.AddAuthentication(HeaderAuthentication.Scheme).AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>(HeaderAuthentication.Scheme, null);
                services.AddAuthorization();
            });
        using var response = await site.GetAsync(Path, "example.com", header);
        Assert.Equal(status, response.StatusCode);
    }

    private async Task<TestSite> StartAsync(string environment, Action<WebApplication>? map = null, Action<IServiceCollection>? services = null)
    {
        await File.WriteAllTextAsync(System.IO.Path.Combine(_folder.FullName, "base.json"), $$"""
            {
              "Aeronet": {
                "Transport": { "Dispatch": "ThreadPool", "Backlog": 50 },
                "Tls": { "CipherPolicy": "Modern", "Certificate": { "Path": "site.pem", "KeyPath": "site.key", "Password": "hunter2" } },
                "Pipeline": { "HttpsRedirect": false, "StaticFiles": false, "Cors": false, "Routes": false, "AccessLog": false },
                "AccessLog": { "RedactHeaders": [ "X-One" ], "KnownProxies": [ "10.0.0.0/8" ] },
                "HttpsRedirect": { "Hsts": { "MaxAge": "1.00:00:00" } },
                "Cors": { "Default": { "Origins": [ "https://a.example" ] }, "Policies": { "p": { "Origins": [ "https://p.example" ], "Credentials": true } } },
                "Routes": [ { "Prefix": "/api" } ],
                "StaticFiles": {
                  "MaxRanges": 4,
                  "DirectoryIndex": { "Banner": "https://me:hunter2@b.example", "Title": "-----BEGIN PRIVATE KEY-----" },
                  "Mounts": [ { "RequestPath": "/one" }, { "RequestPath": "/two" } ]
                }
              }
            }
            """);
        await File.WriteAllTextAsync(System.IO.Path.Combine(_folder.FullName, "over.json"), """
            { "Aeronet": { "Transport": { "Backlog": 100 }, "AccessLog": { "KnownProxies": { "1": "192.0.2.1" } } } }
            """);
        return await TestSite.StartAsync(ServerKind.TestServer, new SiteOptions
        {
            EndsWithServed = false,
            Builder = builder =>
            {
                builder.Environment.EnvironmentName = environment;
                builder.Services.AddSingleton<IHostEnvironment>(builder.Environment);
                builder.Configuration.SetBasePath(_folder.FullName).AddJsonFile("base.json").AddJsonFile("over.json")
                    .AddCommandLine(["--Aeronet:AccessLog:Format={path}"])
                    .AddInMemoryCollection([new("Urls", "http://127.0.0.1:0")]);
                builder.AddAeronet();
                builder.WebHost.UseAeronetTransport(transport => transport.NoDelay = false);
                builder.Services.AddAeronetHttpsRedirect(redirect => redirect.PortMap[8080] = 8443);
                builder.Services.AddAeronetCors(cors => cors.Policies["q"] = new AeronetCorsPolicyOptions { Origins = ["https://q.example"] });
                builder.Services.Configure<Aeronet.AspNetCore.StaticFiles.AeronetStaticFileOptions>(files => files.OnPrepareResponse = _ => { });
                services?.Invoke(builder.Services);
            },
            App = map ?? (app => app.MapAeronetConfig()),
        });
    }
}
