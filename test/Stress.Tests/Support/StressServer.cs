using System.Net;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Loop = Aeronet.AspNetCore.Transport.EventLoop.EventLoop;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>
/// A server over the Aeronet transport that is held to leaving nothing behind: no connection, slot, thread or descriptor.
/// </summary>
internal sealed class StressServer : IAsyncDisposable
{
    internal const string LoopThreads = "aeronet-loop-";
    internal const string StandbyThreads = "aeronet-standby";
    internal const string MonitorThread = "aeronet-monitor";

    private static Task? s_warmUp;

    private readonly Descriptors _descriptorsBefore;
    private readonly IReadOnlyList<Loop> _loops;
    private readonly int _acceptors;
    private bool _disposed;

    private StressServer(KestrelHost host, Descriptors descriptorsBefore)
    {
        Host = host;
        _descriptorsBefore = descriptorsBefore;
        _loops = TransportInternals.LoopsOf(host.Services.GetServices<IConnectionListenerFactory>().OfType<AeronetConnectionListenerFactory>().Single());
        _acceptors = _loops.Count * host.Addresses.Count;
    }

    internal KestrelHost Host { get; }

    internal IPEndPoint EndPoint => Host.EndPoint;

    internal int OpenConnections => (int)Host.Metrics.Total("aeronet.connections.open");

    internal int HandOffs => (int)Host.Metrics.Total("aeronet.loop.handoffs");

    /// <summary>Slots in use on all loops: connections, sockets that linger, and acceptors.</summary>
    internal int Slots => _loops.Sum(loop => loop.Slots.Count);

    /// <summary>Threads that serve: leaders, blocked ones and idle ones. Not the monitor.</summary>
    internal static int ServingThreads => ProcessCounters.ThreadNames().Count(name =>
        name.StartsWith(LoopThreads, StringComparison.Ordinal) || name == StandbyThreads);

    internal static Task<StressServer> StartAsync(int loops, RequestDelegate handler, Action<AeronetTransportOptions>? transport = null) =>
        StartAsync(loops, new KestrelHostOptions { App = app => app.Run(handler), Transport = transport });

    internal static async Task<StressServer> StartAsync(int loops, KestrelHostOptions options)
    {
        await (s_warmUp ??= WarmUpAsync());
        return await StartColdAsync(loops, options);
    }

    internal IReadOnlyList<LogEntry> LogsOf(int eventId) =>
        [.. Host.Logs.From("Aeronet.AspNetCore.Transport").Where(entry => entry.EventId.Id == eventId)];

    /// <summary>Waits until every connection has ended and its socket is closed.</summary>
    internal async Task IdleAsync(TimeSpan? timeout = null)
    {
        // What a loop keeps besides connections is the acceptor of each endpoint.
        await Eventually.HoldsAsync(
            () => OpenConnections == 0 && Slots <= _acceptors,
            "the last connection to end",
            () => $"{OpenConnections} connections are open and {Slots} slots in use.",
            timeout);
    }

    /// <summary>Ends the test: once the clients are gone, stops the server and looks for what it left behind.</summary>
    internal async Task StopCleanlyAsync()
    {
        await IdleAsync();
        await DisposeAsync();
        Assert.Equal(0, Slots);
        await Eventually.HoldsAsync(
            () => ProcessCounters.CountThreads("aeronet-") == 0,
            "the transport's threads to end",
            () => string.Join(", ", ProcessCounters.ThreadNames()));
        await Eventually.HoldsAsync(
            () => Descriptors.Take().SurplusOver(_descriptorsBefore).Length == 0,
            "descriptors to be closed",
            () => $"There are more than before: {Descriptors.Take().SurplusOver(_descriptorsBefore)}.");
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed)
            return default;

        _disposed = true;
        return Host.DisposeAsync();
    }

    private static async Task<StressServer> StartColdAsync(int loops, KestrelHostOptions options)
    {
        var descriptors = Descriptors.Take();
        var transport = options.Transport;
        options.Transport = o =>
        {
            o.EventLoops = loops;
            transport?.Invoke(o);
        };

        // Everything below is logged per request or per connection.
        options.LogLevel = LogLevel.Warning;
        return new StressServer(await KestrelHost.StartAsync(TransportKind.Aeronet, options), descriptors);
    }

    /// <summary>The first server and the first client of a process open descriptors that stay: the sockets' epoll set, pipes.</summary>
    private static async Task WarmUpAsync()
    {
        await using var server = await StartColdAsync(1, new KestrelHostOptions { App = app => app.Run(context => context.Response.WriteAsync("warm")) });
        using var http = server.Host.CreateHttpClient();
        Assert.Equal("warm", await http.GetStringAsync("/"));
        using var client = await server.Host.ConnectAsync();
        Assert.Equal(200, (await client.GetAsync()).StatusCode);
    }
}
