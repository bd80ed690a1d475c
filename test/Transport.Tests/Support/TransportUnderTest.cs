using System.Net;
using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>The transport without Kestrel: what Kestrel asks of it, the tests ask.</summary>
internal sealed class TransportUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;

    internal TransportUnderTest(Action<AeronetTransportOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Logs);
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseAeronetTransport(options => configure?.Invoke(options));
        services?.Invoke(builder.Services);
        _app = builder.Build();
        Factory = _app.Services.GetServices<IConnectionListenerFactory>().OfType<AeronetConnectionListenerFactory>().Single();
        Metrics = new MetricTotals(_app.Services);
    }

    internal AeronetConnectionListenerFactory Factory { get; }

    internal CapturedLogs Logs { get; } = new();

    internal IServiceProvider Services => _app.Services;

    internal MetricTotals Metrics { get; }

    internal Task<IConnectionListener> BindAsync(EndPoint? endPoint = null) =>
        Factory.BindAsync(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0)).OrTimeout("an endpoint to be bound");

    /// <summary>A listener that is not watched yet: who connects waits in the kernel's queue.</summary>
    internal async Task<AeronetConnectionListener> OpenListenerAsync()
    {
        await using (await BindAsync())
        {
            var services = ServicesOf(Factory)!;
            var sockets = ListenSocket.Open(new IPEndPoint(IPAddress.Loopback, 0), services.Options, 1, services.Logger);
            return new AeronetConnectionListener(services, sockets, sockets[0].LocalEndPoint!, static _ => false, static _ => { });
        }
    }

    /// <summary>Connects a client and accepts it.</summary>
    internal static async Task<(ConnectionContext Server, RawClient Client)> ConnectAsync(IConnectionListener listener, int? receiveBufferSize = null)
    {
        var client = await RawClient.ConnectAsync(listener.EndPoint, receiveBufferSize);
        var server = await listener.AcceptAsync().OrTimeout("a connection");
        Assert.NotNull(server);
        return (server, client);
    }

    /// <summary>The loops of a transport that is running.</summary>
    internal static IReadOnlyList<EventLoop.EventLoop> LoopsOf(IServiceProvider services) =>
        ServicesOf(services.GetServices<IConnectionListenerFactory>().OfType<AeronetConnectionListenerFactory>().Single())!.Loops.Loops;

    internal double Closed(string reason) => Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", reason));

    public async ValueTask DisposeAsync()
    {
        Metrics.Dispose();
        await _app.DisposeAsync().AsTask().OrTimeout("the transport to be disposed");
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_services")]
    private static extern ref TransportServices? ServicesOf(AeronetConnectionListenerFactory factory);
}
