using System.Net;
using System.Net.Quic;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Functional.Tests.Endpoints;

/// <summary>HTTP/3 has a transport of its own, which a TCP transport has to leave alone.</summary>
public sealed class Http3FactoryTests
{
    [Theory, BothTransports]
    public async Task MultiplexedFactory_Registered_IsStillAskedToBind(TransportKind transport)
    {
        using var certificate = TestCertificate.Create();
        var factory = new RecordingFactory();
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Builder = builder => builder.Services.AddSingleton<IMultiplexedConnectionListenerFactory>(factory),
            DefaultEndpoint = false,
            Kestrel = kestrel => kestrel.Listen(IPAddress.Loopback, TestPorts.Next(), listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2AndHttp3;
                listen.UseHttps(certificate);
            }),
            App = app => app.Run(context => context.Response.WriteAsync("ok")),
        });
        using var client = host.CreateHttpClient(HttpVersion.Version20, certificate);

        Assert.Equal("ok", await client.GetStringAsync("/"));
        Assert.Equal(IPAddress.Loopback, Assert.IsType<IPEndPoint>(Assert.Single(factory.Bound)).Address);
    }

    [Theory, BothTransports]
    public async Task Http3_RealClient_Answered(TransportKind transport)
    {
#pragma warning disable CA1416 // The platform is asked, here.
        if (!QuicListener.IsSupported)
            Assert.Skip("QUIC is not available: libmsquic is not installed");
#pragma warning restore CA1416

        using var certificate = TestCertificate.Create();
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Builder = builder => builder.WebHost.UseQuic(),
            DefaultEndpoint = false,
            Kestrel = kestrel => kestrel.Listen(IPAddress.Loopback, TestPorts.Next(), listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2AndHttp3;
                listen.UseHttps(certificate);
            }),
            App = app => app.Run(context => context.Response.WriteAsync(context.Request.Protocol)),
        });
        using var client = host.CreateHttpClient(HttpVersion.Version30, certificate);

        Assert.Equal("HTTP/3", await client.GetStringAsync("/"));
    }

    private sealed class RecordingFactory : IMultiplexedConnectionListenerFactory
    {
        public List<EndPoint> Bound { get; } = [];

        public ValueTask<IMultiplexedConnectionListener> BindAsync(
            EndPoint endpoint,
            IFeatureCollection? features = null,
            CancellationToken cancellationToken = default)
        {
            Bound.Add(endpoint);
            return ValueTask.FromResult<IMultiplexedConnectionListener>(new SilentListener(endpoint));
        }
    }

    private sealed class SilentListener(EndPoint endPoint) : IMultiplexedConnectionListener
    {
        private readonly TaskCompletionSource<MultiplexedConnectionContext?> _unbound = new();

        public EndPoint EndPoint => endPoint;

        public async ValueTask<MultiplexedConnectionContext?> AcceptAsync(
            IFeatureCollection? features = null,
            CancellationToken cancellationToken = default)
            => await _unbound.Task;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
