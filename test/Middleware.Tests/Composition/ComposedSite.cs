using System.IO.Compression;
using System.Threading.RateLimiting;
using Aeronet.AspNetCore.Middleware.Tests.AccessLog;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Composition;

/// <summary>An application with every middleware of ours among those of the framework, in an order that a test names.</summary>
internal sealed class ComposedSite : IAsyncDisposable
{
    public const string Allowed = "https://app.example";
    public const string AlsoAllowed = "https://b.app.example";
    public const string Partner = "https://partner.example";

    /// <summary>What <c>/text</c> answers: enough to be worth compressing.</summary>
    public static readonly string Text = string.Concat(Enumerable.Repeat("compressible ", 400));

    private readonly DirectoryInfo _files;

    private ComposedSite(TestSite site, CapturingSink log, DirectoryInfo files) => (Site, Log, _files) = (site, log, files);

    public TestSite Site { get; }

    /// <summary>Lines of method, path, status and bytes.</summary>
    public CapturingSink Log { get; }

    public static async Task<ComposedSite> StartAsync(ServerKind server, string order)
    {
        var files = Directory.CreateTempSubdirectory("aeronet-composition-");
        await File.WriteAllTextAsync(Path.Combine(files.FullName, "page.html"), Text);
        await using (var compressed = new BrotliStream(File.Create(Path.Combine(files.FullName, "page.html.br")), CompressionLevel.Fastest))
        {
            await compressed.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Text));
        }

        var log = new CapturingSink();
        var site = await TestSite.StartAsync(server, new SiteOptions
        {
            HttpsEndpoints = server == ServerKind.TestServer ? 0 : 1,
            EndsWithServed = false,
            Settings = new()
            {
                ["Aeronet:AccessLog:Format"] = "{method} {path} {status} {bytes}",
                ["Aeronet:AccessLog:FlushInterval"] = "00:00:00",
                ["Aeronet:HttpsRedirect:HttpsPort"] = "8443",
                ["Aeronet:Cors:Default:Origins"] = Allowed + ";https://*.app.example",
                ["Aeronet:Cors:Policies:partner:Origins"] = Partner,
                ["Aeronet:Cors:Policies:partner:Methods"] = "PUT",
                ["Aeronet:Routes:0:Prefix"] = "/shared",
                ["Aeronet:Routes:0:Cors"] = "partner",
                ["Aeronet:Routes:0:StaticRoot"] = files.FullName,
                ["Aeronet:TlsMetrics:RequestTags"] = "tls.protocol.version",
                ["Aeronet:Dashboard:Title"] = "Composition",
                ["Aeronet:StaticFiles:Root"] = files.FullName,
                ["Aeronet:StaticFiles:Precompressed:0"] = "br",
            },
            Builder = builder => AddServices(builder, server, log),
            App = app =>
            {
                foreach (var method in order.Split(' '))
                {
                    Orders.Use(app, method);
                }

                Map(app);
            },
        });
        return new ComposedSite(site, log, files);
    }

    /// <summary>Waits for a line of the access log.</summary>
    public Task LogHasAsync(string line) => Eventually.HoldsAsync(
        () => Log.Lines.Any(found => found.StartsWith(line, StringComparison.Ordinal)), $"the access log has '{line}'", () => string.Join('\n', Log.Lines));

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        _files.Delete(recursive: true);
    }

    private static void AddServices(WebApplicationBuilder builder, ServerKind server, CapturingSink log)
    {
        builder.AddAeronet();
        if (server == ServerKind.Sockets)
        {
            builder.WebHost.UseSockets();
        }
        else if (server == ServerKind.TestServer)
        {
            builder.WebHost.UseTestServer();
        }

        var services = builder.Services;
        services.AddSingleton<IAccessLogSink>(log);
        services.AddProblemDetails();
        services.AddAuthentication(HeaderAuthentication.Scheme)
            .AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>(HeaderAuthentication.Scheme, null);
        services.AddAuthorization();
        services.AddOutputCache();
        services.AddResponseCompression(options => options.EnableForHttps = true);
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddFixedWindowLimiter("once", window => (window.PermitLimit, window.Window) = (1, TimeSpan.FromHours(1)));
        });
    }

    private static void Map(WebApplication app)
    {
        var answers = 0;
        app.MapGet("/text", () => Text);
        app.MapGet("/cached", () => Interlocked.Increment(ref answers)).CacheOutput();
        app.MapGet("/limited", () => "within the limit").RequireRateLimiting("once");
        app.MapGet("/secret", () => "secret").RequireAuthorization();
        app.MapPut("/secret", () => "changed").RequireAuthorization().RequireAeronetCors("partner");
        app.MapGet("/fail", string () => throw new InvalidOperationException("on purpose"));
    }
}
