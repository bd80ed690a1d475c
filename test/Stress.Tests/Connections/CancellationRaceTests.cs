using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>Threads that cancel, abort and dispose connections while these are busy.</summary>
public sealed class CancellationRaceTests
{
    private const int Clients = 32;
    private const int Disturbers = 4;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(3);

    // Cancelling ends nothing: every byte must come back, on every connection.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Connection_ReadsAndFlushesAreCancelled_NoByteIsLost(int loops)
    {
        var handler = new ChaosHandler();
        await using var server = await StartAsync(loops, handler);
        var echoes = await RunAsync(server, handler, Chaos.Cancels, static (server, random, stop) =>
        {
            using var client = new BlockingClient(server);
            var echoes = 0;
            while (!stop.IsCancellationRequested)
            {
                Assert.Null(Echo(client.Socket, random, out var failure) ? null : failure);
                echoes++;
            }

            return echoes;
        });
        Report.Line($"{echoes} echoes, {handler.CanceledReads} reads and {handler.CanceledFlushes} flushes cancelled");
        Assert.True(handler.CanceledReads > 0, "No read was cancelled.");
        Assert.True(handler.CanceledFlushes > 0, "No flush was cancelled.");
        await server.StopCleanlyAsync();
    }

    [Theory]
    [InlineData(1, Chaos.Cancels | Chaos.Close | Chaos.Abort)]
    [InlineData(2, Chaos.Cancels | Chaos.Close | Chaos.Abort)]
    [InlineData(1, Chaos.Cancels | Chaos.Dispose)]
    [InlineData(2, Chaos.Cancels | Chaos.Dispose)]
    public async Task Connection_EndedByOtherThreads_NothingHangsOrThrowsOrStays(int loops, Chaos allowed)
    {
        var handler = new ChaosHandler();
        await using var server = await StartAsync(loops, handler);
        var echoes = await RunAsync(
            server, handler, allowed, static (server, random, stop) =>
        {
            var echoes = 0;
            while (!stop.IsCancellationRequested)
            {
                using var client = new BlockingClient(server);
                while (!stop.IsCancellationRequested && Echo(client.Socket, random, out _))
                    echoes++;
            }

            return echoes;
        });
        Report.Line(
            $"{echoes} echoes, {handler.CanceledReads} reads and {handler.CanceledFlushes} flushes cancelled, "
            + $"{server.Host.Metrics.Total("aeronet.connections.accepted")} connections");
        await server.StopCleanlyAsync();
    }

    private static Task<StressServer> StartAsync(int loops, ChaosHandler handler) => StressServer.StartAsync(loops, new KestrelHostOptions
    {
        Builder = builder => builder.Services.AddSingleton(handler),
        Listen = listen => listen.UseConnectionHandler<ChaosHandler>(),
    });

    private static async Task<int> RunAsync(
        StressServer server, ChaosHandler handler, Chaos allowed, Func<IPEndPoint, Random, CancellationToken, int> client)
    {
        using var stop = new CancellationTokenSource();
        var echoes = 0;
        var disturbing = Enumerable.Range(0, Disturbers).Select(seed => BlockingClient.RunAsync(() =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                handler.DisturbAsync(random, allowed).OrTimeout("a connection to be disturbed").GetAwaiter().GetResult();
                if (random.Next(4) == 0)
                    Thread.Sleep(0);
            }
        })).ToArray();
        var clients = Enumerable.Range(0, Clients).Select(seed => BlockingClient.RunAsync(
            () => Interlocked.Add(ref echoes, client(server.EndPoint, new Random(1000 + seed), stop.Token)))).ToArray();
        var all = Task.WhenAll([.. disturbing, .. clients]);

        // A client or a disturber that fails does so at once.
        await Task.WhenAny([.. disturbing, .. clients, Task.Delay(s_time)]);
        await stop.CancelAsync();
        await all.OrTimeout("the threads", TimeSpan.FromMinutes(2));
        Assert.True(echoes > 0, "Nothing came back.");

        // What comes of using a connection that somebody else has disposed is the application's own affair.
        if (!allowed.HasFlag(Chaos.Dispose))
            Assert.Empty(handler.Failures);

        return echoes;
    }

    /// <summary>Sends some bytes and receives them back. False when the server ended the connection.</summary>
    private static bool Echo(Socket socket, Random random, out string? failure)
    {
        var sent = Pattern.Bytes(random.Next(1, random.Next(10) == 0 ? 60_000 : 200), random.Next(1000));
        var back = new byte[sent.Length];
        socket.Send(sent, SocketFlags.None, out var error);
        var received = 0;
        while (error == SocketError.Success && received < sent.Length)
        {
            var count = socket.Receive(back, received, sent.Length - received, SocketFlags.None, out error);
            if (error != SocketError.Success || count == 0)
                break;

            received += count;
        }

        if (error == SocketError.TimedOut)
            throw new TimeoutException($"{received} of {sent.Length} bytes came back, and then nothing.");

        failure = $"{received} of {sent.Length} bytes came back, and then {error}.";
        if (received < sent.Length)
            return false;

        Assert.True(sent.AsSpan().SequenceEqual(back), "Other bytes came back.");
        return true;
    }
}
