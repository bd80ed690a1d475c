using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Functional.Tests.Endings;

/// <summary>However a connection ends, its blocks go back to the host's pool, and all of them before the pool is disposed.</summary>
public sealed class BlockTests : IDisposable
{
    private const int Connections = 60;
    private readonly X509Certificate2 _certificate = TestCertificate.Create();
    private readonly string _file = Path.GetTempFileName();

    public BlockTests() => File.WriteAllBytes(_file, Pattern.Bytes(3_000_000));

    public void Dispose()
    {
        _certificate.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [BothTransports("answer", false)]
    [BothTransports("answer", true)]
    [BothTransports("bad request", false)]
    [BothTransports("bad request", true)]
    [BothTransports("half a head", false)]
    [BothTransports("unread body", false)]
    [BothTransports("unread body", true)]
    [BothTransports("abort", false)]
    [BothTransports("abort", true)]
    [BothTransports("upgrade", false)]
    [BothTransports("upgrade", true)]
    [BothTransports("reset", false)]
    [BothTransports("reset", true)]
    [BothTransports("reset while writing", false)]
    [BothTransports("reset while writing", true)]
    [BothTransports("timeout", false)]
    [BothTransports("file", false)]
    [BothTransports("file", true)]
    [BothTransports("file reset", false)]
    [BothTransports("file reset", true)]
    [BothTransports("http2", false)]
    [BothTransports("http2", true)]
    [BothTransports("http2 reset", false)]
    [BothTransports("handler leaves", false)]
    [BothTransports("handler aborts", false)]
    [BothTransports("handler holds memory", false)]
    public async Task Connections_Ended_NoBlockIsOut(TransportKind transport, string way, bool tls)
    {
        var pools = new CountingPools();
        await using (var host = await StartAsync(transport, pools, way, tls))
        {
            // A few at a time: some of the ways wait.
            for (var i = 0; i < Connections; i += 20)
                await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RunAsync(host, way, tls))).OrTimeout("the clients");

            await Eventually.HoldsAsync(
                () => pools.Outstanding == 0, $"all blocks to be back after '{way}'", () => $"{pools.Outstanding} of {pools.Rented} are out.");
        }

        Assert.True(pools.Rented > 0);
        Assert.Equal((0, 0), (pools.Misdeeds, pools.OpenPools));
    }

    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task Host_StopsUnderWaitingAndWritingRequests_NoBlockIsOut_PoolIsDisposed(TransportKind transport, bool tls)
    {
        var pools = new CountingPools();
        var clients = new List<Stream>();
        await using (var host = await StartAsync(transport, pools, "stop", tls))
        {
            for (var i = 0; i < 20; i++)
            {
                var client = await ConnectAsync(host, tls);
                clients.Add(client);
                await client.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Post(i % 2 == 0 ? "/wait" : "/write")));
                await client.WriteAsync(new byte[5000]);
            }

            await Task.Delay(200);
        }

        foreach (var client in clients)
            await client.DisposeAsync();

        Assert.Equal((0, 0, 0), (pools.Outstanding, pools.Misdeeds, pools.OpenPools));
    }

    private Task<KestrelHost> StartAsync(TransportKind transport, CountingPools pools, string way, bool tls) => KestrelHost.StartAsync(transport, new KestrelHostOptions
    {
        ShutdownTimeout = TimeSpan.FromMilliseconds(500),
        Builder = builder => builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(pools),
        Kestrel = kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1),
        Listen = listen =>
        {
            listen.Protocols = way.StartsWith("http2", StringComparison.Ordinal) ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (tls && transport == TransportKind.Aeronet)
                listen.UseAeronetTls(_certificate);
            else if (tls)
                listen.UseHttps(_certificate);

            if (way.StartsWith("handler", StringComparison.Ordinal))
                listen.Run(connection => HandleAsync(connection, way));
        },
        App = app => app.Run(context => AnswerAsync(context, way)),
    });

    private static async Task HandleAsync(ConnectionContext connection, string way)
    {
        await connection.Transport.Input.ReadAsync();
        var memory = connection.Transport.Output.GetMemory(100);
        if (way == "handler holds memory")
            return;

        memory.Span[..100].Clear();
        connection.Transport.Output.Advance(100);
        if (way == "handler aborts")
            connection.Abort(new ConnectionAbortedException("enough"));
    }

    private async Task AnswerAsync(HttpContext context, string way)
    {
        if (context.Request.Path == "/wait")
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            return;
        }

        if (context.Request.Path == "/write")
            way = "reset while writing";

        switch (way)
        {
            case "abort":
                await context.Request.Body.ReadExactlyAsync(new byte[10]);
                await context.Response.Body.WriteAsync(new byte[10_000]);
                context.Abort();
                break;
            case "upgrade":
                await using (var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync())
                    await stream.ReadExactlyAsync(new byte[5]);
                break;
            case "reset":
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                break;
            case "reset while writing":
                while (!context.RequestAborted.IsCancellationRequested)
                    await context.Response.Body.WriteAsync(new byte[20_000]);
                break;
            case "file" or "file reset":
                context.Response.ContentLength = new FileInfo(_file).Length;
                await context.Response.SendFileAsync(_file);
                break;
            default:
                context.Response.StatusCode = 403;
                await context.Response.WriteAsync("no");
                break;
        }
    }

    private async Task RunAsync(KestrelHost host, string way, bool tls)
    {
        var client = await ConnectAsync(host, tls);
        await using (client)
        {
            try
            {
                await client.WriteAsync(Bytes(way));
                switch (way)
                {
                    case "reset" or "reset while writing" or "file reset" or "http2 reset":
                        if (way != "reset")
                            await client.ReadExactlyAsync(new byte[9]);
                        await Task.Delay(20);
                        Socket(client).LingerState = new(true, 0);
                        Socket(client).Close();
                        break;
                    case "half a head" or "http2":
                        await Task.Delay(20);
                        Socket(client).Shutdown(System.Net.Sockets.SocketShutdown.Send);
                        await client.CopyToAsync(Stream.Null);
                        break;
                    case "answer":
                        await client.ReadExactlyAsync(new byte[20]);
                        break;
                    default:
                        await client.CopyToAsync(Stream.Null);
                        break;
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Some of the ways are resets.
            }
        }
    }

    private static string Post(string path) => $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n";

    private static byte[] Bytes(string way)
    {
        return way switch
        {
            "http2" => [.. Http2Bytes.Preface, .. Http2Bytes.Frame(4, 0, 0), .. Http2Bytes.Request(endStream: true)],
            "http2 reset" => [.. Http2Bytes.Preface, .. Http2Bytes.Frame(4, 0, 0), .. Http2Bytes.Request(endStream: false)],
            "bad request" => Text("GET / HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\nand what follows it"),
            "half a head" or "timeout" => Text("GET / HTTP/1.1\r\nHost: local"),
            "upgrade" => Text("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello and more"),
            "unread body" => [.. Text("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 7000\r\n\r\n"), .. new byte[7000]],
            "abort" or "reset" => [.. Text(Post("/")), .. new byte[5000]],
            "file" => Text("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            _ => Text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        };

        static byte[] Text(string text) => System.Text.Encoding.ASCII.GetBytes(text);
    }

    private async Task<Stream> ConnectAsync(KestrelHost host, bool tls)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(host.EndPoint).OrTimeout("a connection");
        var plain = new TcpStream(socket);
        if (!tls)
            return plain;

        var secure = new ClientStream(plain);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => _certificate.Equals(certificate),
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        }).OrTimeout("the handshake");
        return secure;
    }

    private static System.Net.Sockets.Socket Socket(Stream client) => client is ClientStream secure ? secure.Plain.Socket : ((TcpStream)client).Socket;

    private sealed class TcpStream(System.Net.Sockets.Socket socket) : System.Net.Sockets.NetworkStream(socket, ownsSocket: true)
    {
        internal new System.Net.Sockets.Socket Socket => base.Socket;
    }

    private sealed class ClientStream(TcpStream plain) : SslStream(plain)
    {
        internal TcpStream Plain => plain;
    }
}
