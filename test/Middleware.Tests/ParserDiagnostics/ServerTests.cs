using System.Diagnostics;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>Other servers, other middleware and other listeners beside it.</summary>
public sealed class ServerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task StockKestrel_IsReportedWithoutPlaceAndWithoutWhatWasSent(bool tls)
    {
        await using var site = await RefusingSite.StartAsync(TransportKind.Sockets);
        await using var client = await site.ConnectAsync(tls);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nAuthorization : c2VjcmV0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        var refusal = await site.Log.TakeAsync(client.EndPoint);
        Assert.Equal((400, "Unknown", null, "Invalid request header", null), (refusal.StatusCode, refusal.Fault, refusal.Offset, refusal.Expected, refusal.Excerpt));
    }

    [Theory]
    [InlineData(false, " oops\r\n\r\n", 400)]
    [InlineData(false, "GET / HTTP/1.2\r\n\r\n", 505)]
    [InlineData(true, " oops\r\n\r\n", 400)]
    [InlineData(true, "GET / HTTP/1.2\r\n\r\n", 505)]
    [InlineData(true, "GET / HTTP/1.1\r\n\r\n", 400)]
    public async Task SomethingThatChangesTheBytes_IsReportedOnceWithoutPlace(bool sslStream, string request, int statusCode)
    {
        var log = new RefusalLog();
        using var certificate = TestCertificate.Create();
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Builder = builder =>
            {
                builder.Services.AddAeronetParserDiagnostics();
                builder.Logging.AddProvider(log);
            },
            Listen = listen =>
            {
                if (sslStream)
                    listen.UseHttps(certificate);
                else
                    listen.UseConnectionLogging();
            },
            App = app => app.Run(context => context.Response.WriteAsync("good")),
        });
        await using var client = await SiteClient.ConnectAsync(host.Port, sslStream ? certificate : null, protocol: null);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("good\r\n0\r\n\r\n");
        await client.SendAsync(request);

        Assert.StartsWith($"HTTP/1.1 {statusCode} ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        await host.StopAsync();
        var refusal = await log.TakeAsync(client.EndPoint);
        Assert.Equal((statusCode, "Unknown", null), (refusal.StatusCode, refusal.Fault, refusal.Offset));
    }

    [Theory, EachServer]
    public async Task GoodRequests_AreServedWithoutAnEvent(ServerKind server)
    {
        var log = new RefusalLog();
        await using var site = await TestSite.StartAsync(server, new SiteOptions
        {
            Builder = builder =>
            {
                builder.Services.AddAeronetParserDiagnostics();
                builder.Logging.AddProvider(log);
            },
            App = _ => { },
        });

        for (var i = 0; i < 5; i++)
            Assert.Equal("served", await (await site.GetAsync("/")).Content.ReadAsStringAsync());

        Assert.True(log.IsEmpty);
    }

    [Fact]
    public async Task RequestThatAnotherFilterAnswers_DoesNotMoveTheNextOnesPlace()
    {
        await using var site = await RefusingSite.StartAsync(settings: new() { ["AllowedHosts"] = "a" });
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync("GET /%41 HTTP/1.1\r\nHost: b\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        await Task.Delay(10);
        await client.SendAsync("GET / HTTP/1.1\r\nHost : a\r\n\r\n");
        await client.ReadToEndAsync();

        Assert.Equal(20, (await site.Log.TakeAsync(client.EndPoint)).Offset);
    }

    [Fact]
    public async Task ExceptionOfTheApplication_IsNoRefusalOfKestrels()
    {
        await using var site = await RefusingSite.StartAsync(app: _ => throw new Microsoft.AspNetCore.Http.BadHttpRequestException("mine"));
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(site.Log.Take(client.EndPoint));
    }

    [Fact]
    public async Task LargeBody_IsReported()
    {
        await using var site = await RefusingSite.StartAsync();
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("BodyTooLarge", (await site.Log.TakeAsync(client.EndPoint)).Fault);
    }

    [Fact]
    public async Task Listener_OfTheHost_StillHearsOfBadRequests()
    {
        await using var site = await RefusingSite.StartAsync();
        var heard = new TaskCompletionSource();
        using var subscription = site.Host.Services.GetRequiredService<DiagnosticListener>().Subscribe(
            new Observer(heard), name => name == "Microsoft.AspNetCore.Server.Kestrel.BadRequest");
        await using var client = await site.ConnectAsync(tls: false);
        await client.SendAsync(" oops\r\n\r\n");

        await heard.Task.OrTimeout("the event");
        await site.Log.TakeAsync(client.EndPoint);
    }

    private sealed class Observer(TaskCompletionSource heard) : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value) => heard.TrySetResult();

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
