using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Tls.Tests.Admission;

/// <summary>A place is given back once, however the handshake ends.</summary>
[Collection(Alone.Name)]
public sealed class ReleaseTests
{
    private const int Places = 8;
    private const int Stalled = 3;
    private const int Clients = 12;
    private const int Rounds = 60;

    private int _seen;
    private volatile bool _storms;

    [Theory]
    [InlineData(TlsAdmissionExceeded.Wait)]
    [InlineData(TlsAdmissionExceeded.Refuse)]
    public async Task Places_AfterAStormOfEndings_AreAllFreeAndNoMore(TlsAdmissionExceeded onExceeded)
    {
        await using var host = await AdmissionHost.StartAsync(
            limits =>
            {
                limits.MaxConcurrentHandshakes = Places;
                limits.MaxConcurrentHandshakesPerClient = Places + 2;
                limits.OnExceeded = onExceeded;
                limits.WaitTimeout = TimeSpan.FromMilliseconds(50);
                limits.MaxWaiting = 4;
            },
            tls =>
            {
                tls.HandshakeTimeout = TimeSpan.FromSeconds(5);
                tls.OnClientHello = (connection, _) => MaybeRefuse(connection);
            });

        // Before the storm: in it they might get no place, and nothing would time out.
        var stalled = new List<RawClient>();
        for (var i = 0; i < Stalled; i++)
            stalled.Add(await AdmissionHost.HalfOpenAsync(host));

        _storms = true;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(seed => Task.Run(() => StormAsync(host, seed))))
            .OrTimeout("the storm", TimeSpan.FromMinutes(2));
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.open") == 0, "the connections to end", host.Metrics.ToString);
        stalled.ForEach(client => client.Dispose());
        TestContext.Current.TestOutputHelper?.WriteLine(host.Metrics.ToString());
        Assert.True(host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "timeout")) > 0, "No handshake timed out.");
        Assert.True(host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "aborted")) > 0, "No handshake was aborted.");
        Assert.True(host.Metrics.Total("aeronet.tls.handshakes", ("tls.resumed", false)) > 0, "No handshake succeeded.");
        Assert.True(host.Metrics.Total("aeronet.tls.rejected") > 0, "No handshake was rejected.");

        _storms = false;
        var taken = new List<RawClient>();
        for (var i = 0; i < Places; i++)
            taken.Add(await AdmissionHost.HalfOpenAsync(host));

        Assert.Equal(ConnectionEnd.Reset, await AdmissionHost.EndOfNextAsync(host));
        taken.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Server_StoppedWhileSomeWait_Stops()
    {
        var host = await AdmissionHost.StartAsync(limits =>
        {
            limits.MaxConcurrentHandshakes = 1;
            limits.WaitTimeout = TimeSpan.FromSeconds(30);
        });
        using var first = await AdmissionHost.HalfOpenAsync(host);
        using var second = await host.ConnectAsync();
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.delayed") == 1, "the second to wait", host.Metrics.ToString);

        await host.DisposeAsync().AsTask().OrTimeout("the stop");

        await first.ReadToEndAsync();
        await second.ReadToEndAsync();
    }

    /// <summary>Ends handshakes in every way but by their time.</summary>
    private static async Task StormAsync(KestrelHost host, int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            if (random.Next(4) == 0)
            {
                await AdmissionHost.TryHandshakeAsync(host);
                continue;
            }

            RawClient client;
            try
            {
                client = await host.ConnectAsync();
            }
            catch (SocketException)
            {
                // Rejected already.
                continue;
            }

            try
            {
                await client.SendAsync(AdmissionHost.Hello.AsMemory(0, random.Next(AdmissionHost.Hello.Length + 1)));
                await Task.Delay(random.Next(10));
                if (random.Next(3) == 0)
                    await client.SendAsync("GET / HTTP/1.1\r\n\r\n");
            }
            catch (SocketException)
            {
                // Rejected or refused already.
            }

            if (random.Next(2) == 0)
                client.Reset();
            else
                client.Dispose();
        }
    }

    private void MaybeRefuse(ConnectionContext connection)
    {
        switch (_storms ? Interlocked.Increment(ref _seen) % 5 : 0)
        {
            case 1:
                connection.Abort(new ConnectionAbortedException("by the test"));
                break;
            case 2:
                throw new AuthenticationException("by the test");
        }
    }
}
