using System.Diagnostics;
using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Hosting;

namespace Aeronet.AspNetCore.Stress.Tests.Shutdown;

/// <summary>The server is stopped while requests are in flight on many connections.</summary>
public sealed class GracefulShutdownTests
{
    private const int Repetitions = 20;
    private const int Clients = 24;

    [Theory]
    [InlineData(1, DispatchMode.Adaptive)]
    [InlineData(2, DispatchMode.Adaptive)]
    [InlineData(2, DispatchMode.ThreadPool)]
    public Task StopAsync_RequestsInFlight_EveryStartedResponseArrivesWhole(int loops, DispatchMode dispatch) =>
        StopInFlightAsync(loops, dispatch, tls: null);

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public Task StopAsync_RequestsInFlightOverTls_EveryStartedResponseArrivesWhole(SslProtocols version) =>
        StopInFlightAsync(loops: 2, DispatchMode.Adaptive, TlsParties.Client(version));

    private static async Task StopInFlightAsync(int loops, DispatchMode dispatch, SslClientAuthenticationOptions? tls)
    {
        var random = new Random(loops);
        var (responses, refused, longest) = (0, 0, TimeSpan.Zero);
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var run = new ShutdownRun(repetition);
            await using var server = await StressServer.StartAsync(loops, new KestrelHostOptions
            {
                App = run.Map,
                Listen = listen =>
                {
                    StressApp.UseSmallSendBuffers(listen);
                    if (tls is not null)
                        listen.UseAeronetTls(TlsParties.Certificate);
                },
                ShutdownTimeout = TimeSpan.FromMinutes(5),
                Transport = o => o.Dispatch = dispatch,
            });
            var clients = Enumerable.Range(0, Clients).Select(_ => new BlockingClient(server.EndPoint, verifyPattern: true, tls: tls)).ToArray();
            var requesting = Task.WhenAll(clients.Select((client, number) => BlockingClient.RunAsync(() => run.Request(client, number))));
            await Eventually.HoldsAsync(() => run.Received > 0, "the first response");
            await Task.Delay(random.Next(0, 150));

            var start = Stopwatch.GetTimestamp();
            await server.Host.StopAsync();
            var stopping = Stopwatch.GetElapsedTime(start);
            longest = stopping > longest ? stopping : longest;
            await requesting.OrTimeout("the clients to see the end");
            foreach (var client in clients)
                client.Dispose();

            run.AssertNothingLost();
            responses += run.Received;
            refused += run.Refused;
            await server.StopCleanlyAsync();
        }

        Report.Line($"{responses} whole responses, {refused} requests unanswered, stopping took at most {longest.TotalMilliseconds:0} ms");
    }
}
