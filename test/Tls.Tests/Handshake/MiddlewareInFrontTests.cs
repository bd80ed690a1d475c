using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Handshake;

/// <summary>Connection middlewares in front of TLS: some read first (PROXY protocol, sniffers), some put something else in the transport's place.</summary>
public sealed class MiddlewareInFrontTests
{
    internal const string Preface = "PROXY TCP4 192.0.2.1 192.0.2.2 1 443\r\n";

    public static TheoryData<TransportKind, SslProtocols> Kinds => new()
    {
        { TransportKind.Sockets, SslProtocols.Tls13 },
        { TransportKind.Aeronet, SslProtocols.Tls12 },
        { TransportKind.Aeronet, SslProtocols.Tls13 },
    };

    // The endpoint's first connection, of which nobody knows yet that TLS is behind, and whose middleware finds the whole ClientHello.
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(100)]
    public async Task FirstConnection_PrefaceWithTheClientHelloBehind_IsServed(int behind)
    {
        await using var host = await StartAsync(TransportKind.Aeronet, async connection =>
        {
            // Until all has arrived.
            await Task.Delay(200);
            await ReadPreface(connection);
        });
        await using var client = await ConnectAsync(host, Preface, behind, SslProtocols.Tls13);

        Assert.Equal("https /first", await AskAsync(client, "/first"));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task PrefaceWithTheClientHelloBehind_IsServed(TransportKind kind, SslProtocols version)
    {
        await using var host = await StartAsync(kind, ReadPreface);

        // The middleware's read gets none of the ClientHello, all of it, and parts of it.
        foreach (var behind in new[] { 0, int.MaxValue, 1, 5, 6, 100 })
        {
            await using var client = await ConnectAsync(host, Preface, behind, version);

            Assert.Equal("https /first", await AskAsync(client, "/first"));
            Assert.Equal("https /second", await AskAsync(client, "/second"));
        }

        AssertServedBy(host, kind, connections: 6);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task SnifferThatConsumesNothing_IsServed(TransportKind kind, SslProtocols version)
    {
        await using var host = await StartAsync(kind, async connection =>
        {
            var read = await connection.Transport.Input.ReadAtLeastAsync(3);
            connection.Items["first"] = read.Buffer.FirstSpan[0];

            // Kestrel's HTTPS waits for more than was examined, and there is no more: on ours it is all the same.
            if (kind == TransportKind.Sockets)
                connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            else
                connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        });

        await using var client = await ConnectAsync(host, "", int.MaxValue, version);

        Assert.Equal("https /", await AskAsync(client, "/"));
        AssertServedBy(host, kind, connections: 1);
    }

    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Aeronet)]
    public async Task PrefaceWithNoTlsBehind_IsRefusedAtOnce(TransportKind kind)
    {
        await using var host = await StartAsync(kind, ReadPreface);
        using var client = await host.ConnectAsync();

        await client.SendAsync(Preface + "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");

        var (bytes, _) = await client.ReadToEndAsync();
        Assert.DoesNotContain("200 OK", Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TransportKind.Sockets)]
    [InlineData(TransportKind.Aeronet)]
    public async Task TransportReplaced_IsServedByKestrel_AndLoggedOnce(TransportKind kind)
    {
        await using var host = await StartAsync(kind, middleware: next => async connection =>
        {
            var original = connection.Transport;
            var mask = new MaskingPipe(original);
            connection.Transport = mask;
            try
            {
                await next(connection);
            }
            finally
            {
                await mask.Input.CompleteAsync();
                await mask.Output.CompleteAsync();
                connection.Transport = original;
            }
        });

        for (var i = 0; i < 2; i++)
        {
            using var socket = await RawSocketAsync(host);
            await using var client = await AuthenticateAsync(new MaskingStream(new NetworkStream(socket)), SslProtocols.Tls13);
            Assert.Equal("https /", await AskAsync(client, "/"));
        }

        if (kind == TransportKind.Aeronet)
        {
            var warning = Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning));
            Assert.Equal("TlsFallback", warning.EventId.Name);
            Assert.Contains("replaced", warning.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ConnectionLoggingInFront_IsServedByKestrel()
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseConnectionLogging("Wire").UseAeronetTls(Certificates.Ecdsa),
            App = app => app.Run(context => context.Response.WriteAsync(context.Request.Scheme)),
        });

        Assert.Contains("https", (await Peer.AskAsync(host.Port)).Response, StringComparison.Ordinal);
        Assert.NotEmpty(host.Logs.From("Wire"));
    }

    [Fact]
    public async Task TransportReplaced_PolicyThatKestrelCannotHold_IsRefused()
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseConnectionLogging("Wire").UseAeronetTls(tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.Groups = "P-256";
            }),
            App = app => app.Run(context => context.Response.WriteAsync("served")),
        });

        Assert.True(await Peer.IsRefusedAsync(host.Port));
        Assert.Contains(host.Logs.From("Aeronet", LogLevel.Warning), entry => entry.EventId.Name == "TlsFallback");
    }

    internal static async Task ReadPreface(ConnectionContext connection)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync();
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                connection.Transport.Input.AdvanceTo(read.Buffer.GetPosition(1, end));
                return;
            }

            Assert.False(read.IsCompleted);
            connection.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static Task<KestrelHost> StartAsync(TransportKind kind, Func<ConnectionContext, Task>? first = null, Func<ConnectionDelegate, ConnectionDelegate>? middleware = null)
        => KestrelHost.StartAsync(kind, new KestrelHostOptions
        {
            Listen = listen =>
            {
                listen.Use(middleware ?? (next => async connection =>
                {
                    await first!(connection);
                    await next(connection);
                }));
                if (kind == TransportKind.Sockets)
                    listen.UseHttps(Certificates.Ecdsa);
                else
                    listen.UseAeronetTls(Certificates.Ecdsa);
            },
            App = app => app.Run(context => context.Response.WriteAsync($"{context.Request.Scheme} {context.Request.Path}")),
        });

    private static void AssertServedBy(KestrelHost host, TransportKind kind, int connections)
    {
        if (kind != TransportKind.Aeronet)
            return;

        Assert.Equal(connections, host.Logs.From("Aeronet").Count(entry => entry.EventId.Name == "HandshakeCompleted"));
        Assert.Empty(host.Logs.From("Aeronet", LogLevel.Warning));
    }

    /// <summary>Shakes hands behind a preface that leaves in one packet with the beginning of the ClientHello.</summary>
    internal static async Task<SslStream> ConnectAsync(KestrelHost host, string preface, int behind, SslProtocols version)
    {
        var socket = await RawSocketAsync(host);
        return await AuthenticateAsync(new PrefacedStream(new NetworkStream(socket, ownsSocket: true), Encoding.ASCII.GetBytes(preface), behind), version);
    }

    private static async Task<Socket> RawSocketAsync(KestrelHost host)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host.EndPoint).OrTimeout("a connection");
        return socket;
    }

    private static async Task<SslStream> AuthenticateAsync(Stream wire, SslProtocols version)
    {
        var client = new SslStream(wire);
        await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => Certificates.IsOurs(certificate),
        }).OrTimeout("the handshake");
        return client;
    }

    internal static async Task<string> AskAsync(SslStream client, string path)
    {
        await client.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        var text = "";
        var buffer = new byte[4096];
        while (!text.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await client.ReadAsync(buffer).AsTask().OrTimeout("the response");
            Assert.NotEqual(0, read);
            text += Encoding.ASCII.GetString(buffer, 0, read);
        }

        // One chunk: its length, itself, and the last.
        return text.Split("\r\n\r\n", 2)[1].Split("\r\n")[1];
    }

    private sealed class PrefacedStream(Stream inner, byte[] preface, int behind) : DelegatingStream(inner)
    {
        private bool _began;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_began)
            {
                _began = true;
                var with = Math.Min(behind, buffer.Length);
                await Inner.WriteAsync((byte[])[.. preface, .. buffer[..with].Span], cancellationToken);
                buffer = buffer[with..];
                if (buffer.IsEmpty)
                    return;

                await Task.Delay(50, cancellationToken);
            }

            await Inner.WriteAsync(buffer, cancellationToken);
        }
    }

    private sealed class MaskingStream(Stream inner) : DelegatingStream(inner)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await Inner.ReadAsync(buffer, cancellationToken);
            Mask(buffer.Span[..read]);
            return read;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var copy = buffer.ToArray();
            Mask(copy);
            await Inner.WriteAsync(copy, cancellationToken);
        }

        private static void Mask(Span<byte> bytes)
        {
            foreach (ref var b in bytes)
                b ^= 0x5A;
        }
    }

    private sealed class MaskingPipe : IDuplexPipe
    {
        public MaskingPipe(IDuplexPipe inner)
        {
            Input = PipeReader.Create(new MaskingStream(inner.Input.AsStream()));
            Output = PipeWriter.Create(new MaskingStream(inner.Output.AsStream()));
        }

        public PipeReader Input { get; }

        public PipeWriter Output { get; }
    }
}
