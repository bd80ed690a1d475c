using System.Net;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("Combined")]
    [InlineData("Json")]
    [InlineData("{remote} {method} {path} {status} {bytes} {duration_ms} {tls.version} {tls.resumed} {header:X-Y}")]
    [InlineData("Json", true)]
    [InlineData("{tls.version} {tls.cipher} {tls.group} {tls.alpn} {tls.sni} {tls.resumed} {tls.ktls}", true)]
    public async Task Invoke_AndComplete_AllocatesNothing(string format, bool tls = false)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Aeronet:AccessLog:Format"] = format,
                ["Aeronet:AccessLog:QueueSize"] = "100000000",
                ["Aeronet:AccessLog:FlushInterval"] = "00:01:00",
            }).Build());
        services.AddAeronetAccessLog();
        services.AddSingleton<IAccessLogSink, CapturingSink>();
        await using var provider = services.BuildServiceProvider();
        var middleware = new AccessLogMiddleware(_ => Task.CompletedTask, provider.GetRequiredService<AccessLogWriter>());
        var response = new CompletableResponse();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseFeature>(response);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        context.Features.Set<IPersistentStateFeature>(new ConnectionState());
        if (tls)
            context.Features.Set<ITlsHandshakeFeature>(new FakeTls());

        context.Request.Method = "GET";
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Scheme = "http";
        context.Request.Path = "/path/of/some/length";
        context.Request.QueryString = new QueryString("?a=b&token=c");
        context.Request.Headers.Host = "example.com";
        context.Request.Headers.Referer = "http://example.com/x?y=z";
        context.Request.Headers.UserAgent = "Mozilla/5.0 (X11; Linux x86_64)";
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        Invoke(200);

        // The least of some rounds: buffers grow, and the clock's text is made once a second.
        Assert.Equal(0, Enumerable.Range(0, 10).Min(_ => Measure()));

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Invoke(100);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Invoke(int times)
        {
            for (var i = 0; i < times; i++)
            {
                Assert.True(middleware.InvokeAsync(context).IsCompletedSuccessfully);
                response.Complete();
            }
        }
    }

    /// <summary>As Kestrel has it on each connection and stream: see <see cref="StaleBodyTests"/> for the real one.</summary>
    private sealed class ConnectionState : IPersistentStateFeature
    {
        public IDictionary<object, object?> State { get; } = new ConnectionItems();
    }

    /// <summary>As in Kestrel, the list of callbacks outlives a request.</summary>
    private sealed class CompletableResponse : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _callbacks = new();

        private readonly Stack<(Func<object, Task> Callback, object State)> _startCallbacks = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _startCallbacks.Push((callback, state));

        public override void OnCompleted(Func<object, Task> callback, object state) => _callbacks.Push((callback, state));

        public void Complete()
        {
            while (_startCallbacks.TryPop(out var start))
                Assert.True(start.Callback(start.State).IsCompletedSuccessfully);

            while (_callbacks.TryPop(out var entry))
                Assert.True(entry.Callback(entry.State).IsCompletedSuccessfully);
        }
    }
}
