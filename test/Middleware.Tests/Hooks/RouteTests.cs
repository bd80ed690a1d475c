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

    // The section's options are the application's hardening: a prefix has them as well.
    [Theory]
    [EachServer]
    public async Task Map_Files_HaveTheOptionsOfTheSectionAndTheirOwn(ServerKind server)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "a.unknown"), "unknown");
        File.WriteAllText(Path.Combine(_folder.FullName, ".hidden.txt"), "hidden");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "link.txt"), Path.Combine(_folder.FullName, "a.txt"));
        await using var site = await StartAsync(
            server,
            new CapturingSink(),
            app =>
            {
                app.UseAeronetRoutes();
                app.UseAeronetRoute("/code", route =>
                {
                    route.StaticRoot = _folder.FullName;
                    route.StaticFiles = files => files.ServeHidden = true;
                });
            },
            ("Aeronet:StaticFiles:Symlinks", "Deny"), ("Aeronet:StaticFiles:ServeUnknownFileTypes", "false"),
            ("Aeronet:StaticFiles:CacheControl", "no-cache"), ("Aeronet:StaticFiles:Root", "/nowhere"),
            ("Aeronet:Routes:0:Prefix", "/inherits"), ("Aeronet:Routes:0:StaticRoot", _folder.FullName),
            ("Aeronet:Routes:1:Prefix", "/own"), ("Aeronet:Routes:1:StaticFiles:Root", _folder.FullName),
            ("Aeronet:Routes:1:StaticFiles:Symlinks", "InsideRoot"), ("Aeronet:Routes:1:StaticFiles:DirectoryIndex:Enabled", "true"));

        Assert.Equal("file no-cache", await GetAsync("/inherits/a.txt"));
        Assert.Equal("served", await GetAsync("/inherits/link.txt"));
        Assert.Equal("served", await GetAsync("/inherits/a.unknown"));
        Assert.Equal("served", await GetAsync("/inherits/"));
        Assert.Equal("file no-cache", await GetAsync("/own/link.txt"));
        Assert.Equal("served", await GetAsync("/own/a.unknown"));
        Assert.Contains("a.txt", await GetAsync("/own/"));
        Assert.Equal("hidden no-cache", await GetAsync("/code/.hidden.txt"));
        Assert.Equal("served", await GetAsync("/code/link.txt"));

        async Task<string> GetAsync(string path)
        {
            using var response = await site.GetAsync(path);
            return $"{await response.Content.ReadAsStringAsync()} {response.Headers.CacheControl}".Trim();
        }
    }

    [Theory]
    [InlineData("StaticRoot", "/nowhere", "Aeronet:Routes:0:StaticRoot is '/nowhere', which does not exist *")]
    [InlineData("StaticFiles:Root", "/nowhere", "Aeronet:Routes:0:StaticFiles:Root is '/nowhere', which does not exist *")]
    [InlineData("StaticFiles:MaxRanges", "0", "Aeronet:Routes:0:StaticFiles:MaxRanges is 0: use 1 to 256.")]
    [InlineData("StaticFiles:RequestPath", "/x", "Aeronet:Routes:0:StaticFiles:RequestPath is '/x': remove it, the path is Aeronet:Routes:0:Prefix.")]
    [InlineData("StaticFiles:Symlink", "Deny", "*Symlink*")]
    public async Task Map_WrongFiles_DoesNotStart(string key, string value, string message)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            ServerKind.TestServer,
            new CapturingSink(),
            app => app.UseAeronetRoutes(),
            ("Aeronet:Routes:0:Prefix", "/a"), ("Aeronet:StaticFiles:Root", _folder.FullName), ($"Aeronet:Routes:0:{key}", value)));

        Assert.True(FileSystemName.MatchesSimpleExpression(message, Assert.Single(error.Failures)), error.Message);
    }

    [Fact]
    public async Task Map_TwoRoots_DoesNotStart()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            ServerKind.TestServer,
            new CapturingSink(),
            app => app.UseAeronetRoutes(),
            ("Aeronet:Routes:0:Prefix", "/a"), ("Aeronet:Routes:0:StaticRoot", "/x"), ("Aeronet:Routes:0:StaticFiles:Root", "/y")));

        Assert.Equal("Aeronet:Routes:0:StaticFiles:Root is '/y' and Aeronet:Routes:0:StaticRoot is set as well: set one of them.", error.Message);
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
