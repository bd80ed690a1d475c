using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Endings;

/// <summary>
/// A client that is still sending when the server has answered and closes gets the answer, not a reset that destroys it (RFC 9112,
/// section 9.6). Kestrel's own transport loses nearly all of them.
/// </summary>
public sealed class LingeringTests : IDisposable
{
    private readonly X509Certificate2 _certificate = TestCertificate.Create();

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [InlineData(403, false, false)]
    [InlineData(403, false, true)]
    [InlineData(403, true, false)]
    [InlineData(403, true, true)]
    [InlineData(405, false, false)]
    [InlineData(413, false, false)]
    [InlineData(413, false, true)]
    [InlineData(413, true, false)]
    public async Task UploadIsRejected_ClientReadsOnlyWhenAllIsSent_GetsTheAnswer(int status, bool chunked, bool tls)
    {
        await using var host = await StartAsync(tls);

        var lost = (await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => UploadAsync(host, status, chunked, tls)))).Count(ok => !ok);

        Assert.Equal(0, lost);
    }

    [Fact]
    public async Task AnswerClosesTheConnection_NextRequestIsOnItsWay_GetsTheAnswer()
    {
        await using var host = await StartAsync(tls: false);
        for (var i = 0; i < 10; i++)
        {
            using var client = await host.ConnectAsync();
            await client.SendGetAsync("/close");
            await Task.Delay(30);
            await client.SendGetAsync("/next");
            await Task.Delay(30);
            await client.SendGetAsync("/next");

            var (bytes, end) = await client.ReadToEndAsync();
            Assert.StartsWith("HTTP/1.1 200 ", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
            Assert.Equal(ConnectionEnd.Finished, end);
        }
    }

    // Its first request, of which the loop knows nothing until it closes.
    [Fact]
    public async Task UploadIsRejected_ClientSendsOnForSeconds_GetsTheAnswer()
    {
        await using var host = await StartAsync(tls: false);
        using var client = await host.ConnectAsync();
        await client.SendAsync("POST /413 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n");
        var part = new byte[1024 * 1024];
        for (var i = 0; i < 14; i++)
        {
            await Task.Delay(500);
            await client.SendAsync(part).OrTimeout("a part to be taken");
        }

        Assert.Equal(413, (await client.ReadResponseAsync()).StatusCode);
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
    }

    [Fact]
    public async Task ClientNeverFinishes_ConnectionIsGivenUp_AfterSeconds()
    {
        await using var host = await StartAsync(tls: false);
        using var client = await host.ConnectAsync();
        await client.SendAsync("POST /413 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 200000\r\n\r\n");
        var before = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.Equal(413, (await client.ReadResponseAsync()).StatusCode);
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);

        var (local, remote) = Ends(client);
        Assert.True(IsHeld(local, remote));
        await Eventually.HoldsAsync(() => !IsHeld(local, remote), "the lingering close to end");
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(before) > TimeSpan.FromSeconds(4), "It was given up before its time.");
    }

    [Fact]
    public Task LastRequestIsComplete_NothingIsAwaited() => QuietMoment.TryAsync("closing the server's socket", TimeSpan.FromSeconds(2), async () =>
    {
        await using var host = await StartAsync(tls: false);
        using var client = await host.ConnectAsync();
        await client.SendAsync("POST /200 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
        Assert.Equal(200, (await client.ReadResponseAsync()).StatusCode);
        Assert.Empty((await client.ReadToEndAsync()).Bytes);

        var (local, remote) = Ends(client);
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync(() => !IsHeld(local, remote), "the server's socket to be closed");
        return System.Diagnostics.Stopwatch.GetElapsedTime(start);
    });

    /// <summary>The server's end and the client's, as /proc/net/tcp writes ports.</summary>
    private static (string Local, string Remote) Ends(RawClient client) => (
        $":{((System.Net.IPEndPoint)client.Socket.RemoteEndPoint!).Port:X4} ", $":{((System.Net.IPEndPoint)client.Socket.LocalEndPoint!).Port:X4} ");

    /// <summary>Whether the server's end still has a descriptor, and so /proc/net/tcp an inode.</summary>
    private static bool IsHeld(string local, string remote)
    {
        foreach (var line in File.ReadAllLines("/proc/net/tcp"))
        {
            var at = line.IndexOf(local, StringComparison.Ordinal);
            if (at >= 0 && line.IndexOf(remote, at + 1, StringComparison.Ordinal) > at)
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return fields[9] != "0";
            }
        }

        return false;
    }

    private async Task<bool> UploadAsync(KestrelHost host, int status, bool chunked, bool tls)
    {
        const int Size = 16 * 1024;
        const int Parts = 20;
        using var client = await host.ConnectAsync();
        Stream stream = new System.Net.Sockets.NetworkStream(client.Socket);
        if (tls)
        {
            var secure = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => _certificate.Equals(certificate));
            await secure.AuthenticateAsClientAsync("localhost").OrTimeout("the handshake");
            stream = secure;
        }

        await using (stream)
        {
            try
            {
                var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {Size * Parts}";
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /{status} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{framing}\r\n\r\n"));
                for (var i = 0; i < Parts; i++)
                {
                    await Task.Delay(10);
                    if (chunked)
                        await stream.WriteAsync("4000\r\n"u8.ToArray());
                    await stream.WriteAsync(new byte[Size]);
                    if (chunked)
                        await stream.WriteAsync("\r\n"u8.ToArray());
                }

                var answer = new byte[13];
                await stream.ReadExactlyAsync(answer).AsTask().OrTimeout("the answer");
                return Encoding.ASCII.GetString(answer) == $"HTTP/1.1 {status} ";
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    private Task<KestrelHost> StartAsync(bool tls) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Kestrel = kestrel => kestrel.Limits.MaxRequestBodySize = 100_000,
        Listen = listen =>
        {
            if (tls)
                listen.UseAeronetTls(_certificate);
        },
        App = app => app.Run(async context =>
        {
            if (context.Request.Path == "/close")
                context.Response.Headers.Connection = "close";
            if (context.Request.Path == "/413")
                await context.Request.Body.CopyToAsync(Stream.Null);
            if (context.Request.Path == "/200")
                await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = int.TryParse(context.Request.Path.Value![1..], out var status) ? status : 200;
            await context.Response.WriteAsync("answered");
        }),
    });
}
