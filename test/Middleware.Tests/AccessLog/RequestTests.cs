using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class RequestTests
{
    [Theory]
    [EachServer]
    public async Task Get_Combined_OneLine(ServerKind server)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(server, sink, null);

        using var response = await site.GetAsync("/a?b=c&token=x", headers: ["Referer: http://r/?password=y", "User-Agent: \"me\""]);

        var line = await sink.LineAsync();
        Assert.Matches(
            @"^(127\.0\.0\.1|-) - - \[\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d \+0000\] ""GET /a\?b=c&token=\[redacted\] HTTP/(1\.1|2)"" "
                + @"200 6 ""http://r/\?password=\[redacted\]"" ""\\x22me\\x22""$",
            line);
        Assert.Single(sink.Lines);
    }

    [Theory]
    [EachServer]
    public async Task Get_Json_ReadsBack(ServerKind server)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(server, sink, null, ("Format", "json"));

        using var response = await site.GetAsync("/%22%0a?x=%22", headers: ["User-Agent: a\"b\\c"]);

        using var json = JsonDocument.Parse(await sink.LineAsync());
        var line = json.RootElement;
        Assert.Equal("GET", line.GetProperty("method").GetString());
        Assert.Equal("/%22%0A?x=%22", line.GetProperty("target").GetString(), ignoreCase: true);
        Assert.Equal("a\"b\\c", line.GetProperty("user_agent").GetString());
        Assert.Equal(200, line.GetProperty("status").GetInt32());
        Assert.Equal(6, line.GetProperty("bytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("referer").ValueKind);
        Assert.InRange(line.GetProperty("duration_ms").GetDouble(), 0, 60_000);
        Assert.InRange(line.GetProperty("time").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
    }

    [Theory]
    [EachServer("writer", "200 300000")]
    [EachServer("stream", "200 300000")]
    [EachServer("sync", "200 5")]
    [EachServer("file", "200 20000")]
    [EachServer("filePart", "200 100")]
    [EachServer("none", "204 0")]
    [EachServer("notModified", "304 0")]
    [EachServer("throws", "500 0")]
    [EachServer("branch", "200 6")]
    public async Task Get_BodyByAnyWay_StatusAndBytes(ServerKind server, string way, string expected)
    {
        var sink = new CapturingSink();
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[20_000]);
        await using var site = await LogSite.StartAsync(
            server, sink, app => app.Use(next => context => AnswerAsync(context, way, file, next)).UseAeronetAccessLog(),
            ("Format", "{status} {bytes}"));

        if (way == "throws" && server == ServerKind.TestServer)
        {
            // The in-memory server hands exceptions on to its client, and answers nothing.
            await Assert.ThrowsAsync<InvalidOperationException>(() => site.GetAsync("/"));
            return;
        }

        using var response = await site.GetAsync("/");
        _ = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(expected, await sink.LineAsync());
        Assert.Single(sink.Lines);
        File.Delete(file);
    }

    [Fact]
    public async Task Get_FileOverAeronet_StillWithoutCopy()
    {
        var sink = new CapturingSink();
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, new byte[200_000]);
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, app => app.Run(context => AnswerAsync(context, "file", file, null!)), ("Format", "{bytes}"));

        using var response = await site.GetAsync("/");

        Assert.Equal(200_000, (await response.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal("200000", await sink.LineAsync());
        Assert.Equal(200_000, site.Host.Metrics.Total("aeronet.sendfile.bytes"));
        File.Delete(file);
    }

    [Fact]
    public async Task Get_Fields()
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet,
            sink,
            app =>
            {
                app.UsePathBase("/base");
                app.Use(next => context =>
                {
                    context.Response.Headers["X-Out"] = "out";
                    context.Response.Headers.SetCookie = "secret=1";
                    context.User = new(new System.Security.Claims.ClaimsIdentity([new("name", "frank x")], "test", "name", null));
                    return next(context);
                });
            },
            ("Format", "{{{method}}} {scheme} {host} {path} {query} \"{path}\" {user} \"{user}\" {header:X-In} {header:Absent} "
                + "{header:Cookie} {header:authorization} {response_header:X-Out} {response_header:Set-Cookie} {tls.version} {tls.sni} "
                + "{tls.cipher} {tls.resumed} {route} {protocol}"));

        using var response = await site.GetAsync(
            "/base/a%20b%0Ac?q=%20", "example.com:8080", "X-In: 1 2", "Cookie: a=b", "Authorization: Basic abc");

        Assert.Equal(
            "{GET} http example.com:8080 /base/a\\x20b\\x0ac ?q=%20 \"/base/a b\\x0ac\" frank\\x20x \"frank x\" 1\\x202 - "
                + "[redacted] [redacted] out [redacted] - - - - - HTTP/1.1",
            await sink.LineAsync());
    }

    [Fact]
    public async Task Get_ManyAtOnce_EveryLineOnceAndWhole()
    {
        var sink = new CapturingSink();
        await using (var site = await LogSite.StartAsync(ServerKind.Aeronet, sink, null, ("Format", "<{path}>"), ("FlushInterval", "00:00:01")))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async client =>
            {
                for (var i = 0; i < 100; i++)
                    using (await site.GetAsync($"/{client}-{i}"))
                    {
                    }
            }));
        }

        // Stopping writes what is left.
        Assert.Equal(
            Enumerable.Range(0, 8).SelectMany(client => Enumerable.Range(0, 100).Select(i => $"</{client}-{i}>")).Order(),
            sink.Lines.Order());
    }

    [Fact]
    public async Task Get_Logger_StructuredEvent()
    {
        await using var site = await LogSite.StartAsync(ServerKind.Aeronet, null, null, ("Logger", "true"));

        using var response = await site.GetAsync("/a%0Ab");

        LogEntry? Find() => site.Host.Logs.From("Aeronet.AspNetCore.Middleware.AccessLog").FirstOrDefault(entry => entry.EventId.Id == 1);
        await Eventually.HoldsAsync(() => Find() is not null, "the event");
        Assert.Matches(@"^127\.0\.0\.1 GET /a%0Ab HTTP/1\.1 200 6 bytes in [\d.]+ ms$", Find()!.Message);
    }

    [Fact]
    public async Task Get_ExcludedPath_NoLine()
    {
        var sink = new CapturingSink();
        await using (var site = await LogSite.StartAsync(ServerKind.Aeronet, sink, null, ("Format", "{path}"), ("ExcludePaths:0", "/health")))
        {
            foreach (var path in (string[])["/health", "/Health/live", "/healthy", "/"])
                using (await site.GetAsync(path))
                {
                }
        }

        Assert.Equal(["/healthy", "/"], sink.Lines);
    }

    [Fact]
    public async Task Get_Logger_LevelByStatus()
    {
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet,
            null,
            app => app.Use(next => context =>
            {
                context.Response.StatusCode = int.Parse(context.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture);
                return Task.CompletedTask;
            }),
            ("Logger", "true"),
            ("ClientErrorLevel", "None"));
        foreach (var path in (string[])["/200", "/404", "/503"])
            using (await site.GetAsync(path))
            {
            }

        LogEntry[] Find() => [.. site.Host.Logs.From("Aeronet.AspNetCore.Middleware.AccessLog").Where(entry => entry.EventId.Id == 1)];
        await Eventually.HoldsAsync(() => Find().Length == 2, "the events");
        Assert.Equal([LogLevel.Information, LogLevel.Warning], Find().Select(entry => entry.Level));
    }

    [Theory]
    [EachServer("stream")]
    [EachServer("pipe")]
    [EachServer("form")]
    public async Task Post_RequestBytes_AsRead(ServerKind server, string way)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            server,
            sink,
            app => app.Use(next => async context =>
            {
                switch (way)
                {
                    case "stream":
                        await context.Request.Body.CopyToAsync(Stream.Null);
                        break;
                    case "pipe":
                        await context.Request.BodyReader.CopyToAsync(Stream.Null);
                        break;
                    case "form" when HttpMethods.IsPost(context.Request.Method):
                        Assert.Equal(99_990, (await context.Request.ReadFormAsync())["a"].ToString().Length);
                        break;
                }

                await next(context);
            }),
            ("Format", "{request_bytes} {status}"));
        using var client = site.CreateClient();
        for (var i = 0; i < 2; i++)
        {
            using var content = new StringContent("a=" + new string('x', 99_990));
            content.Headers.ContentType = new("application/x-www-form-urlencoded");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = content };
            (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);
            using var response = await client.SendAsync(request);
            Assert.Equal("99992 200", await sink.LineAsync(i));
        }

        using (await site.GetAsync("/"))
            Assert.StartsWith("0 ", await sink.LineAsync(2), StringComparison.Ordinal);
    }

    // They reach no middleware, and nginx has lines of them too.
    [Theory]
    [InlineData(ServerKind.Aeronet, true)]
    [InlineData(ServerKind.Sockets, true)]
    [InlineData(ServerKind.Aeronet, false)]
    public async Task Refused_Line_UnlessUnwanted(ServerKind server, bool wanted)
    {
        var sink = new CapturingSink();
        await using (var site = await LogSite.StartAsync(
            server, sink, null, ("Format", "{remote} \"{method} {target} {protocol}\" {status} {bytes} {path}"), ("RefusedRequests", $"{wanted}")))
        {
            foreach (var request in (string[])["GET /good HTTP/1.1\r\nHost: a\r\n\r\nGET /a?token=x HTTP/1.1\r\nX : y\r\n\r\n", "\x16\x03\x01\n\r\n\r\n"])
            {
                using var client = await site.Host.ConnectAsync();
                await client.SendAsync(request);
                await client.ReadToEndAsync();
            }
        }

        string[] refused = ["127.0.0.1 \"GET /a?token=[redacted] HTTP/1.1\" 400 0 /a", "127.0.0.1 \"- - -\" 400 0 -"];
        Assert.Equal(
            wanted ? ["127.0.0.1 \"GET /good HTTP/1.1\" 200 6 /good", .. refused] : (string[])["127.0.0.1 \"GET /good HTTP/1.1\" 200 6 /good"],
            sink.Lines);
    }

    // It has begun, and has the one line that it would have.
    [Fact]
    public async Task Refused_InTheBody_OneLine()
    {
        var sink = new CapturingSink();
        await using (var site = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, app => app.Use(next => async context => await context.Request.Body.CopyToAsync(Stream.Null)), ("Format", "{path} {status}")))
        {
            using var client = await site.Host.ConnectAsync();
            await client.SendAsync("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
            await client.ReadToEndAsync();
        }

        Assert.Equal(["/a 400"], sink.Lines);
    }

    // Nobody asks for them: health checks that a load balancer makes wrongly, say.
    [Theory]
    [InlineData(ServerKind.Aeronet)]
    [InlineData(ServerKind.Sockets)]
    public async Task Refused_ExcludedPath_NoLine(ServerKind server)
    {
        var sink = new CapturingSink();
        await using (var site = await LogSite.StartAsync(server, sink, null, ("Format", "{path} {status}"), ("ExcludePaths:0", "/health")))
            await RefuseAsync(site, "/health", "/health/live", "/other");

        Assert.Equal(["/other 400"], sink.Lines);
    }

    [Fact]
    public async Task Refused_LogOfPrefixes_OnlyBelowThem()
    {
        var sink = new CapturingSink();
        await using (var site = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            Settings = { ["Aeronet:AccessLog:Format"] = "{path} {status}" },
            Builder = builder => builder.Services.AddAeronetAccessLog().AddSingleton<IAccessLogSink>(sink),
            App = app => app
                .UseAeronetRoute("/api", route => route.AccessLog = true)
                .UseAeronetRoute("/files", route => route.AccessLog = true)
                .UseAeronetRoute("/quiet", _ => { }),
        }))
        {
            await RefuseAsync(site, "/other", "/api/x", "/quiet", "/apis", "/files", "*");
        }

        Assert.Equal(["/api/x 400", "/files 400"], sink.Lines);
    }

    // What makes a line reads what the application has set, and that may throw.
    [Theory]
    [InlineData(ServerKind.Aeronet)]
    [InlineData(ServerKind.Http2)]
    public async Task Get_LineCannotBeMade_NextOnesAre(ServerKind server)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            server,
            sink,
            app => app.Use(next => context =>
            {
                if (context.Request.Path == "/throws")
                    context.User = new ThrowingUser();

                return next(context);
            }),
            ("Format", "{user} {path}"));

        foreach (var path in (string[])["/throws", "/a", "/b"])
            using (await site.GetAsync(path))
            {
            }

        Assert.Equal("- /a", await sink.LineAsync());
        Assert.Equal("- /b", await sink.LineAsync(1));
    }

    // The base class makes synchronous calls of them, which servers refuse.
    [Theory]
    [EachServer]
    public async Task Post_BeginAndEnd_Asynchronous(ServerKind server)
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            server,
            sink,
            app => app.Run(async context =>
            {
                var (input, output) = (context.Request.Body, context.Response.Body);
                var buffer = new byte[100];
                var read = await Task.Factory.FromAsync(input.BeginRead, input.EndRead, buffer, 0, 100, null);
                await Task.Factory.FromAsync(output.BeginWrite, output.EndWrite, buffer, 0, read, null);
            }),
            ("Format", "{request_bytes} {bytes} {status}"));
        using var client = site.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("hello") };
        (request.Version, request.VersionPolicy) = (client.DefaultRequestVersion, client.DefaultVersionPolicy);

        using var response = await client.SendAsync(request);

        Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        Assert.Equal("5 5 200", await sink.LineAsync());
    }

    // Compression stands between the two, and has a body of its own.
    [Fact]
    public async Task Get_TwiceAroundCompression_OneLine()
    {
        var sink = new CapturingSink();
        await using (var site = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            Settings = { ["Aeronet:AccessLog:Format"] = "{path}" },
            Builder = builder => builder.Services.AddAeronetAccessLog().AddSingleton<IAccessLogSink>(sink).AddResponseCompression(),
            App = app => app.UseAeronetAccessLog().UseResponseCompression().UseAeronetAccessLog(),
        }))
        {
            using (await site.GetAsync("/", headers: ["Accept-Encoding: gzip"]))
            {
            }
        }

        Assert.Equal(["/"], sink.Lines);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task Start_NoSink_Told(bool hasSink, int warnings)
    {
        await using var site = await LogSite.StartAsync(ServerKind.Aeronet, hasSink ? new CapturingSink() : null, app => app.UseAeronetAccessLog());

        Assert.Equal(warnings, site.Host.Logs.From("Aeronet.AspNetCore.Middleware.AccessLog", LogLevel.Warning).Count(e => e.EventId.Name == "Nowhere"));
    }

    [Fact]
    public async Task Get_ForwardedFromKnownProxyOnly()
    {
        var sink = new CapturingSink();
        await using var known = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, null, ("Format", "{remote}"), ("KnownProxies", "127.0.0.0/8"));
        await using var unknown = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, null, ("Format", "{remote}"), ("KnownProxies", "10.0.0.0/8"));

        using (await known.GetAsync("/", headers: ["X-Forwarded-For: 198.51.100.7"]))
            Assert.Equal("198.51.100.7", await sink.LineAsync());

        using (await unknown.GetAsync("/", headers: ["X-Forwarded-For: 198.51.100.7"]))
            Assert.Equal("127.0.0.1", await sink.LineAsync(1));
    }

    private static async Task RefuseAsync(TestSite site, params string[] paths)
    {
        foreach (var path in paths)
        {
            using var client = await site.Host.ConnectAsync();
            await client.SendAsync($"GET {path} HTTP/1.1\r\nX : y\r\n\r\n");
            await client.ReadToEndAsync();
        }
    }

    private static async Task AnswerAsync(HttpContext context, string way, string file, RequestDelegate next)
    {
        var chunk = new byte[100_000];
        switch (way)
        {
            case "writer":
                for (var i = 0; i < 3; i++)
                    await context.Response.BodyWriter.WriteAsync(chunk);
                break;
            case "stream":
                context.Response.ContentLength = 300_000;
                for (var i = 0; i < 3; i++)
                    await context.Response.Body.WriteAsync(chunk);
                break;
            case "sync":
                "Hello"u8.CopyTo(context.Response.BodyWriter.GetSpan(5));
                context.Response.BodyWriter.Advance(5);
                break;
            case "file":
                context.Response.ContentLength = new FileInfo(file).Length;
                await context.Response.SendFileAsync(file);
                break;
            case "filePart":
                await context.Response.SendFileAsync(file, 50, 100);
                break;
            case "none":
                context.Response.StatusCode = 204;
                break;
            case "notModified":
                context.Response.StatusCode = 304;
                break;
            case "throws":
                throw new InvalidOperationException("on purpose");
            case "branch":
                await next(context);
                break;
        }
    }

    private sealed class ThrowingUser : System.Security.Claims.ClaimsPrincipal
    {
        public override System.Security.Principal.IIdentity Identity => throw new InvalidOperationException("on purpose");
    }
}
