using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Hosting;

/// <summary>Files as endpoints of routing.</summary>
public sealed class EndpointTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("aeronet-endpoint-");

    public EndpointTests()
    {
        Write("file.txt", "file");
        Write("index.html", "index");
        Write("dir/index.html", "index of dir");
        Write("dir/a b#c.txt", "odd");
    }

    [Theory]
    [InlineData("/files", "")]
    [InlineData("/files/", "")]
    [InlineData("", "")]
    [InlineData("/files", "/group")]
    [InlineData("/{tenant}/files", "")]
    public async Task Map_Pattern_FilesBelowIt(string pattern, string group)
    {
        await using var app = await StartAsync(app =>
            (group.Length == 0 ? (Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)app : app.MapGroup(group)).MapAeronetStaticFiles(pattern, _root.FullName));
        using var client = app.GetTestClient();
        var mount = group + pattern.TrimEnd('/').Replace("{tenant}", "acme", StringComparison.Ordinal);

        Assert.Equal("file", await client.GetStringAsync(mount + "/file.txt"));
        Assert.Equal("odd", await client.GetStringAsync(mount + "/dir/a%20b%23c.txt"));
        Assert.Equal("index", await client.GetStringAsync(mount + "/"));
        Assert.Equal("index of dir", await client.GetStringAsync(mount + "/dir/"));
        Assert.Equal(mount + "/dir/?x=1", (await client.GetAsync(mount + "/dir?x=1")).Headers.Location!.ToString());
        if (mount.Length > 0)
        {
            Assert.Equal(mount + "/", (await client.GetAsync(mount)).Headers.Location!.ToString());
        }

        foreach (var missing in (string[])["/missing", "/dir/missing.txt", "/dir//index.html", "/file.txt/"])
        {
            Assert.Equal($"404 {missing}", $"{(int)(await client.GetAsync(mount + missing)).StatusCode} {missing}");
        }

        using var post = await client.PostAsync(mount + "/file.txt", null);
        Assert.Equal(405, (int)post.StatusCode);
    }

    [Fact]
    public async Task Map_MoreParticularEndpoint_ThatOneAnswers()
    {
        await using var app = await StartAsync(app =>
        {
            app.MapAeronetStaticFiles("/files", _root.FullName);
            app.MapGet("/files/file.txt", () => "endpoint");
        });
        using var client = app.GetTestClient();

        Assert.Equal("endpoint", await client.GetStringAsync("/files/file.txt"));
        Assert.Equal("index", await client.GetStringAsync("/files/"));
    }

    [Fact]
    public async Task Map_WithCorsAndRateLimit_AsAnyEndpoint()
    {
        await using var app = await StartAsync(
            app =>
            {
                app.UseCors();
                app.UseRateLimiter();
                app.MapAeronetStaticFiles("/files", o => o.Root = _root.FullName)
                    .RequireCors(policy => policy.WithOrigins("https://a.example"))
                    .RequireRateLimiting("two");
            },
            services =>
            {
                services.AddCors();
                services.AddRateLimiter(o => o.AddPolicy("two", _ => System.Threading.RateLimiting.RateLimitPartition.GetFixedWindowLimiter(
                    "all", _ => new() { PermitLimit = 2, Window = TimeSpan.FromHours(1) })));
            });
        using var client = app.GetTestClient();
        client.DefaultRequestHeaders.Add("Origin", "https://a.example");

        using var response = await client.GetAsync("/files/file.txt");
        Assert.Equal("https://a.example", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/files/file.txt") { Headers = { { "Access-Control-Request-Method", "GET" } } };
        Assert.Equal(204, (int)(await client.SendAsync(preflight)).StatusCode);
        Assert.Equal(200, (int)(await client.GetAsync("/files/file.txt")).StatusCode);
        Assert.Equal(503, (int)(await client.GetAsync("/files/file.txt")).StatusCode);
    }

    [Fact]
    public async Task Map_RequireAuthorization_NotServedWithout()
    {
        await using var app = await StartAsync(
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapAeronetStaticFiles("/files", _root.FullName).RequireAuthorization();
            },
            services =>
            {
                services.AddDataProtection().UseEphemeralDataProtectionProvider();
                services.AddAuthentication("cookie").AddCookie("cookie", o => o.Events.OnRedirectToLogin = context =>
                {
                    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    return Task.CompletedTask;
                });
                services.AddAuthorization();
            });
        using var client = app.GetTestClient();

        Assert.Equal(401, (int)(await client.GetAsync("/files/file.txt")).StatusCode);
        Assert.Equal(401, (int)(await client.GetAsync("/files/missing.txt")).StatusCode);
    }

    // The same bytes, zero-copy or not.
    [Theory, BothTransports]
    public async Task Map_OnKestrel_LargeFile(TransportKind transport)
    {
        File.WriteAllBytes(Path.Combine(_root.FullName, "large.bin"), Pattern.Bytes(1_000_000));
        await using var host = await KestrelHost.StartAsync(
            transport, new KestrelHostOptions { App = app => app.MapAeronetStaticFiles("/files", _root.FullName) });
        using var client = host.CreateHttpClient();

        Assert.Equal(Pattern.Bytes(1_000_000), await client.GetByteArrayAsync("/files/large.bin"));
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static async Task<WebApplication> StartAsync(Action<WebApplication> configure, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        configure(app);
        await app.StartAsync();
        return app;
    }

    private void Write(string name, string content)
    {
        var path = Path.Combine(_root.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
