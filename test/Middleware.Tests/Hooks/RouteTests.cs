using System.IO.Enumeration;
using System.Net;
using Aeronet.AspNetCore.Middleware.Tests.AccessLog;
using Aeronet.AspNetCore.Middleware.Tests.Cors;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.Hooks;

public sealed class RouteTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-route-");

    public RouteTests() => File.WriteAllText(Path.Combine(_folder.FullName, "a.txt"), "file");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [EachServer]
    public async Task Map_FromConfiguration_OwnFilesCorsAndLog(ServerKind server)
    {
        var sink = new CapturingSink();
        await using var site = await StartAsync(
            server,
            sink,
            app => app.UseAeronetRoutes(),
            ("Aeronet:Routes:0:Prefix", "/files"), ("Aeronet:Routes:0:StaticRoot", _folder.FullName),
            ("Aeronet:Routes:0:Cors", "public"), ("Aeronet:Routes:0:AccessLog", "true"),
            ("Aeronet:Routes:1:Prefix", "/api"), ("Aeronet:Routes:1:AccessLog", "false"));

        using var file = await site.GetAsync("/files/a.txt", headers: [$"Origin: {CorsSite.Origin}"]);
        using var missing = await site.GetAsync("/files/b.txt", headers: [$"Origin: {CorsSite.Origin}"]);
        using var other = await site.GetAsync("/filesystem", headers: [$"Origin: {CorsSite.Origin}"]);
        using var api = await site.GetAsync("/api/x");
        using var preflight = await site.PreflightAsync(CorsSite.Origin, path: "/files/a.txt");

        Assert.Equal("file", await file.Content.ReadAsStringAsync());
        Assert.Equal("served", await missing.Content.ReadAsStringAsync());
        Assert.Equal("served", await other.Content.ReadAsStringAsync());
        Assert.Equal("served", await api.Content.ReadAsStringAsync());
        Assert.Equal("*", file.AllowOrigin());
        Assert.Equal("*", missing.AllowOrigin());
        Assert.Null(other.AllowOrigin());
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        _ = await sink.LineAsync(2);
        Assert.Equal(["/files/a.txt 200 4", "/files/a.txt 204 0", "/files/b.txt 200 6"], sink.Lines.Order());
    }

    [Fact]
    public async Task Map_InCode_HooksAndEndpointsBehind()
    {
        var sink = new CapturingSink();
        await using var site = await StartAsync(ServerKind.Aeronet, sink, app =>
        {
            app.UseAeronetAccessLog();
            app.UseAeronetRoute("/api", route =>
            {
                route.AccessLog = true;
                route.Hooks = hooks => hooks.OnResponse("stamp", context =>
                {
                    context.Response.Headers["X-Stamp"] = "api";
                    return default;
                });
            });
        });

        using var inside = await site.GetAsync("/api/x");
        using var outside = await site.GetAsync("/x");

        Assert.Equal("api", inside.Field("X-Stamp"));
        Assert.Null(outside.Field("X-Stamp"));
        _ = await sink.LineAsync(1);
        Assert.Equal(2, sink.Lines.Count);
    }

    [Theory]
    [InlineData("Prefix", "files", "Aeronet:Routes:0:Prefix is 'files': use a path such as '/files', *")]
    [InlineData("Prefix", "/files/", "Aeronet:Routes:0:Prefix is '/files/': *")]
    [InlineData("Prefix", "", "Aeronet:Routes:0:Prefix is '': *")]
    [InlineData("StaticRoots", "x", "Aeronet:Routes:0:StaticRoots is not an option: *")]
    [InlineData("AccessLog", "yes", "Aeronet:Routes:0:AccessLog is 'yes': use true or false.")]
    public async Task Map_Wrong_DoesNotStart(string key, string value, string message)
    {
        var settings = new[] { ("Aeronet:Routes:0:Prefix", "/files"), ($"Aeronet:Routes:0:{key}", value) }.Reverse().DistinctBy(s => s.Item1);

        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => StartAsync(ServerKind.TestServer, new CapturingSink(), app => app.UseAeronetRoutes(), [.. settings]));

        Assert.True(FileSystemName.MatchesSimpleExpression(message, Assert.Single(error.Failures)), error.Message);
    }

    [Fact]
    public async Task Map_UnknownPolicy_DoesNotStart() => await Assert.ThrowsAsync<AeronetCorsOptionsException>(
        () => StartAsync(ServerKind.TestServer, new CapturingSink(), app => app.UseAeronetRoute("/a", route => route.Cors = "missing")));

    private static Task<TestSite> StartAsync(
        ServerKind server, CapturingSink sink, Action<WebApplication> app, params (string Key, string Value)[] settings) =>
        TestSite.StartAsync(server, new SiteOptions
        {
            Settings = settings.Append(("Aeronet:Cors:Policies:public:Origins", "*"))
                .Append(("Aeronet:AccessLog:FlushInterval", "00:00:00")).Append(("Aeronet:AccessLog:Format", "{path} {status} {bytes}"))
                .ToDictionary(s => s.Item1, s => (string?)s.Item2),
            Builder = builder => builder.Services.AddAeronetCors().AddAeronetAccessLog().AddSingleton<IAccessLogSink>(sink),
            App = app,
        });
}
