using System.Buffers;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>
/// Handlers without HTTP and peers that play random turns: writes of all sizes, to themselves and to another connection, that
/// wait or block, messages that come while an answer is stuck, peers that take it late. Nothing may stand still and every byte
/// must be right. A failure names its seed; <c>AERONET_SEED</c> plays it again and <c>AERONET_RACE_SECONDS</c> plays longer.
/// </summary>
public sealed class InterleavingTests
{
    // A single connection has nobody whose events would rescue it; many have others in whose way they are.
    public static TheoryData<DispatchMode, int, int, SslProtocols> Cases => new()
    {
        { DispatchMode.Adaptive, 1, 1, SslProtocols.None },
        { DispatchMode.Inline, 1, 1, SslProtocols.None },
        { DispatchMode.Adaptive, 1, 12, SslProtocols.None },
        { DispatchMode.Adaptive, 2, 12, SslProtocols.None },
        { DispatchMode.Inline, 1, 12, SslProtocols.None },
        { DispatchMode.ThreadPool, 1, 12, SslProtocols.None },

        // Over the framework's SslStream, which goes on with what our flushes continue.
        { DispatchMode.Inline, 1, 1, SslProtocols.Tls12 },
        { DispatchMode.Adaptive, 1, 12, SslProtocols.Tls12 },
        { DispatchMode.Adaptive, 2, 12, SslProtocols.Tls13 },
    };

    [Theory, MemberData(nameof(Cases))]
    public async Task RandomTurns_NothingStandsStill(DispatchMode mode, int loops, int connections, SslProtocols tls)
    {
        var seed = Rounds.Seed();
        Report.Line($"AERONET_SEED={seed}");

        // Without hand-over a handler that blocks its loop on its own connection waits for itself.
        var mayBlock = mode != DispatchMode.Inline;
        var pool = new CheckingMemoryPool();
        var arrivals = new Arrivals();
        var handler = new ScriptedHandler(seed, mayBlock, arrivals);
        await using var server = await StartAsync(mode, loops, tls, handler, pool);
        var clients = Enumerable.Range(0, connections).Select(number => new ScriptedClient(seed, number, mayBlock, tls, arrivals)).ToArray();
        try
        {
            await Task.WhenAll(clients.Select(client => client.RunAsync(server.EndPoint, Rounds.Duration)));
        }
        finally
        {
            Report.Line($"{clients.Sum(client => client.Turns)} turns, {server.HandOffs} hand-offs");
            foreach (var client in clients)
                client.Dispose();
        }

        Assert.Empty(pool.Faults);
        Assert.Empty(handler.Failures);
        await server.StopCleanlyAsync();
        Assert.Empty(pool.Faults);
    }

    private static Task<StressServer> StartAsync(DispatchMode mode, int loops, SslProtocols tls, ScriptedHandler handler, CheckingMemoryPool pool) =>
        StressServer.StartAsync(loops, new KestrelHostOptions
        {
            Transport = options =>
            {
                options.Dispatch = mode;

                // Small, so that a loop's turn ends in the middle of answers.
                options.SendChunk = 64 * 1024;
            },
            Builder = builder => builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(pool),
            Listen = listen =>
            {
                if (tls != SslProtocols.None)
                    listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = TlsParties.Certificate, SslProtocols = tls });

                listen.Run(handler.OnConnectedAsync);
            },
        });
}
