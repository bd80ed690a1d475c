using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Native.Faults;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Transport.Tests.Faults;

/// <summary>What each kind of fault brings about, at a rate that leaves hardly a call alone. The policy is the whole process's.</summary>
[Collection(Alone.Name)]
public sealed class FaultInjectionTests : IDisposable
{
    private const ulong Seed = 20;
    private const int Length = 400_000;

    private readonly FaultPolicy? _before = FaultPolicy.Current;

    public void Dispose() => FaultPolicy.Current = _before;

    [Theory]
    [InlineData("eagain", false)]
    [InlineData("eagain", true)]
    [InlineData("eintr", false)]
    [InlineData("eintr", true)]
    [InlineData("short", false)]
    [InlineData("short", true)]
    [InlineData("delay", false)]
    [InlineData("delay", true)]
    [InlineData("lossless", false)]
    [InlineData("lossless", true)]
    public async Task LosslessKind_UploadAndFile_ArriveWhole(string kind, bool tls)
    {
        var policy = Use(kind, rate: 0.5);
        using var file = PatternFile.Create(Length);
        using var certificate = TestCertificate.Create();
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen =>
            {
                if (tls)
                    listen.UseAeronetTls(certificate);
            },
            App = app => app.Run(async context =>
            {
                Assert.Equal(Length, await Pattern.VerifyAsync(context.Request.Body));
                context.Response.ContentLength = Length;
                await context.Response.SendFileAsync(file.FullPath);
            }),
        });
        using var client = host.CreateHttpClient(trusted: tls ? certificate : null);
        for (var i = 0; i < 3; i++)
        {
            using var content = new ByteArrayContent(Pattern.Bytes(Length));
            using var response = await client.PostAsync("/", content).OrTimeout("an answer");
            Assert.Equal(Length, await Pattern.VerifyAsync(await response.Content.ReadAsStreamAsync()).OrTimeout("the file"));
        }

        Assert.NotEqual("none", policy.Injected);
    }

    /// <summary>The alert does not leave at once: the handshake is not over before it has.</summary>
    [Fact]
    public async Task Eagain_AtTheAlertOfARefusedHandshake_TheClientIsToldWhy()
    {
        Use("eagain", rate: 0.9);
        using var certificate = TestCertificate.Create();
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(options =>
            {
                options.Certificates.Add(certificate);
                options.Protocols = SslProtocols.Tls13;
            }),
            App = app => app.Run(_ => Task.CompletedTask),
        });
        for (var i = 0; i < 10; i++)
        {
            using var client = await host.ConnectAsync();
            await using var tls = new SslStream(new NetworkStream(client.Socket));
            var refused = await Assert.ThrowsAsync<AuthenticationException>(
                () => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.Tls12 })).OrTimeout("the refusal");
            Assert.Contains("alert protocol version", refused.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Econnreset_EndsTheConnectionOnce_AsAPeersResetDoes()
    {
        var policy = Use("econnreset", rate: 0.9);
        await using var transport = new TransportUnderTest();
        await using var listener = await transport.BindAsync();
        var resets = 0;
        for (var i = 0; i < 20; i++)
        {
            var (server, client) = await TransportUnderTest.ConnectAsync(listener);
            using (client)
            {
                var echoing = EchoAsync(server);
                try
                {
                    for (var round = 0; round < 100; round++)
                    {
                        await client.SendAsync("ping");
                        await client.ReadExactlyAsync(4);
                    }
                }
                catch (Exception failure) when (failure is IOException or SocketException)
                {
                    resets++;
                }

                client.Dispose();
                await echoing.OrTimeout("the echo to end");
                await server.DisposeAsync();
            }
        }

        Assert.Equal($"{resets} econnreset", policy.Injected);
        Assert.InRange(resets, 10, 20);
        Assert.Equal(resets, transport.Closed("peer_reset"));
        Assert.Equal(0, transport.Metrics.Total("aeronet.connections.open"));
    }

    [Theory, InlineData("enobufs"), InlineData("enomem")]
    public async Task NoMemory_EndsTheConnection(string kind)
    {
        const int Clients = 20;
        var policy = Use(kind, rate: 0.5);
        await using var transport = new TransportUnderTest();
        await using var listener = await transport.BindAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => RawClient.ConnectAsync(listener.EndPoint)));

        // Some the loop's epoll set may have refused: those are closed.
        var ends = clients.Select(client => client.ReadToEndAsync()).ToArray();
        var served = 0;
        while (ends.Count(end => end.IsCompleted) < Clients)
        {
            if (await Task.WhenAny(listener.AcceptAsync().AsTask(), Task.WhenAll(ends)).OrTimeout("the next connection") is not Task<ConnectionContext?> { Result: { } server })
                break;

            served++;
            Assert.True(await WriteUntilItEndsAsync(server));
            await server.DisposeAsync();
        }

        await Task.WhenAll(ends).OrTimeout("every client to hear of the end");
        Assert.InRange(served, 1, Clients);
        Assert.Equal(kind == "enobufs", served == Clients);
        Assert.Contains(kind, policy.Injected, StringComparison.Ordinal);
        Assert.Equal(0, transport.Metrics.Total("aeronet.connections.open"));
        Array.ForEach(clients, client => client.Dispose());
    }

    [Fact]
    public async Task EmfileAndEconnaborted_ClientsThatAreLeft_AreAccepted()
    {
        const int Clients = 40;
        var policy = Use("emfile+econnaborted", rate: 0.5);
        await using var transport = new TransportUnderTest();
        await using var listener = await transport.BindAsync();
        var accepted = 0;
        var aborted = 0;
        Task<ConnectionContext?>? accepting = null;
        for (var i = 0; i < Clients; i++)
        {
            accepting ??= listener.AcceptAsync().AsTask();
            try
            {
                using var client = await RawClient.ConnectAsync(listener.EndPoint);
                if (await Task.WhenAny(client.ReadToEndAsync(), accepting).OrTimeout("the client to be accepted or reset") == accepting)
                {
                    accepted++;
                    await (await accepting)!.DisposeAsync();
                    accepting = null;
                }
                else
                {
                    aborted++;
                }
            }
            catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Before it knew that it was connected.
                aborted++;
            }
        }

        Assert.Contains($"{aborted} econnaborted", policy.Injected, StringComparison.Ordinal);
        Assert.InRange(aborted, 1, Clients - 1);
        Assert.Equal(Clients - aborted, accepted);
        Assert.InRange(transport.Metrics.Total("aeronet.accept.pauses"), 1, double.MaxValue);
    }

    /// <summary>The rest of the queue is taken by count: a signal is no connection.</summary>
    [Fact]
    public async Task Eintr_WhileTheRestIsAccepted_CostsNoClient()
    {
        const int Backlog = 4;
        await using var transport = new TransportUnderTest(options => options.Backlog = Backlog);
        for (var round = 0; round < 10; round++)
        {
            FaultPolicy.Current = null;
            await using var listener = await transport.OpenListenerAsync();
            var clients = await Task.WhenAll(Enumerable.Range(0, Backlog).Select(_ => RawClient.ConnectAsync(listener.EndPoint)));
            Use("eintr", rate: 0.9);
            await listener.UnbindAsync();
            for (var i = 0; i < Backlog; i++)
            {
                var server = await listener.AcceptAsync().OrTimeout("a client that had connected");
                Assert.NotNull(server);
                await server.DisposeAsync();
            }

            Array.ForEach(clients, client => client.Dispose());
        }
    }

    private static FaultPolicy Use(string kinds, double rate) => FaultPolicy.Current = FaultPolicy.Parse(string.Create(
        CultureInfo.InvariantCulture, $"seed={Seed},rate={rate},kinds={kinds}"));

    private static async Task EchoAsync(ConnectionContext server)
    {
        try
        {
            while (true)
            {
                var read = await server.Transport.Input.ReadAsync();
                foreach (var part in read.Buffer)
                    await server.Transport.Output.WriteAsync(part);

                server.Transport.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        catch (ConnectionResetException)
        {
        }
    }

    private static async Task<bool> WriteUntilItEndsAsync(ConnectionContext server)
    {
        for (var i = 0; i < 1000; i++)
        {
            var flush = await server.Transport.Output.WriteAsync(new byte[16]).AsTask().OrTimeout("a flush");
            if (flush.IsCompleted)
                return true;
        }

        return false;
    }
}
