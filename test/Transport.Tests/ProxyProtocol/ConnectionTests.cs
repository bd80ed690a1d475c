using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tests.ProxyProtocol;

/// <summary>What becomes of connections that begin with a header, or should, on real sockets.</summary>
public sealed class ConnectionTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static readonly byte[] s_block = HeaderBytes.Tcp(HeaderTable.Client4, HeaderTable.Server4);

    public static TheoryData<string> Malformed => [.. HeaderTable.Malformed.Keys];

    [Theory]
    [BothTransports("v1 tcp4", "192.0.2.7:51234 198.51.100.1:443 http HTTP/1.1")]
    [BothTransports("v1 tcp6", "[2001:db8::7]:51234 [2001:db8:1::1]:443 http HTTP/1.1")]
    [BothTransports("v2 tcp4", "192.0.2.7:51234 198.51.100.1:443 http HTTP/1.1")]
    [BothTransports("v2 tcp6", "[2001:db8::7]:51234 [2001:db8:1::1]:443 http HTTP/1.1")]
    [BothTransports("v2 longest", "192.0.2.7:51234 198.51.100.1:443 http HTTP/1.1")]
    [BothTransports("v2 unix", "- - http HTTP/1.1")]
    public async Task Header_GivesTheConnectionTheClientsAddress(TransportKind kind, string header, string expected)
    {
        await using var host = await ProxyHost.StartAsync(kind);
        using var client = await host.ConnectAsync();

        await client.SendAsync((byte[])[.. HeaderTable.Good[header].Bytes, .. Encoding.ASCII.GetBytes(Get)]);
        var first = (await client.ReadResponseAsync()).Text;
        var second = (await client.GetAsync()).Text;

        Assert.StartsWith(expected, first, StringComparison.Ordinal);
        Assert.Equal(first, second);
        Assert.Equal(HeaderTable.Good[header].Source, ProxyHost.Line(first, "source"));
        if (kind == TransportKind.Aeronet)
            Assert.Equal(HeaderTable.Good[header].Source, ProxyHost.Line(first, "connection"));

        Assert.Equal(client.Socket.LocalEndPoint!.ToString(), ProxyHost.Line(first, "proxy"));
        Assert.Equal(1, host.Headers(header[1] - '0', "proxy"));
    }

    [Theory]
    [BothTransports("v1 unknown", "version 1 Proxy")]
    [BothTransports("v2 local", "version 2 Local")]
    [BothTransports("v2 local with addresses", "version 2 Local")]
    [BothTransports("v2 unspec", "version 2 Proxy")]
    [BothTransports("v2 tcp4 unspec protocol", "version 2 Proxy")]
    public async Task HeaderWithoutAClient_LeavesTheConnectionItsOwnAddress(TransportKind kind, string header, string expected)
    {
        await using var host = await ProxyHost.StartAsync(kind);
        using var client = await host.ConnectAsync();

        await client.SendAsync(HeaderTable.Good[header].Bytes);
        var answer = (await client.GetAsync()).Text;

        Assert.StartsWith($"{client.Socket.LocalEndPoint} {client.Socket.RemoteEndPoint} http", answer, StringComparison.Ordinal);
        Assert.Contains(expected, answer, StringComparison.Ordinal);
    }

    [Theory]
    [BothTransports("v1 tcp6")]
    [BothTransports("v2 with values")]
    public async Task Header_ByteByByte_IsRead(TransportKind kind, string header)
    {
        await using var host = await ProxyHost.StartAsync(kind);
        using var client = await host.ConnectAsync();

        await client.DribbleAsync(Encoding.Latin1.GetString(HeaderTable.Good[header].Bytes) + Get);

        Assert.Equal(HeaderTable.Good[header].Source, ProxyHost.Line((await client.ReadResponseAsync()).Text, "source"));
    }

    [Theory, MemberData(nameof(Malformed))]
    public async Task Malformed_IsReset_AndCountedByReason(string name)
    {
        var (bytes, reason) = HeaderTable.Malformed[name];
        await using var host = await ProxyHost.StartAsync();
        using var client = await host.ConnectAsync();

        await client.SendAsync(bytes);

        Assert.Equal(([], ConnectionEnd.Reset), await client.ReadToEndAsync());
        await Eventually.HoldsAsync(() => host.Rejected(reason) == 1, reason, host.Metrics.ToString);
        Assert.Equal(1, host.Metrics.Total("aeronet.proxy_protocol.rejected"));
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.connections.closed", ("aeronet.close.reason", "proxy_header_refused")) == 1, "the close", host.Metrics.ToString);
        var warning = Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning));
        Assert.Contains(reason, warning.Message, StringComparison.Ordinal);
        Assert.Contains("Aeronet:ProxyProtocol:TrustedPeers", warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [BothTransports("http")]
    [BothTransports("v1 port 65536")]
    [BothTransports("v2 checksum wrong")]
    public async Task Malformed_EndsTheConnection_OnEitherTransport(TransportKind kind, string name)
    {
        await using var host = await ProxyHost.StartAsync(kind);
        using var client = await host.ConnectAsync();

        await client.SendAsync(HeaderTable.Malformed[name].Bytes);

        Assert.Empty((await client.ReadToEndAsync()).Bytes);
        await Eventually.HoldsAsync(() => host.Rejected(HeaderTable.Malformed[name].Reason) == 1, "the count", host.Metrics.ToString);
    }

    [Theory]
    [BothTransports(ProxyProtocolMode.Required)]
    [BothTransports(ProxyProtocolMode.Optional)]
    public async Task HeaderCutShort_IsCounted(TransportKind kind, ProxyProtocolMode mode)
    {
        await using var host = await ProxyHost.StartAsync(kind, options => options.Mode = mode);
        using var client = await host.ConnectAsync();

        await client.SendAsync(s_block.AsMemory(0, 20));
        client.ShutdownSend();

        Assert.Empty((await client.ReadToEndAsync()).Bytes);
        await Eventually.HoldsAsync(() => host.Rejected("truncated") == 1, "the count", host.Metrics.ToString);
    }

    [Fact]
    public async Task ResetInTheHeader_IsCounted_AndNoError()
    {
        await using var host = await ProxyHost.StartAsync();
        var client = await host.ConnectAsync();
        await client.SendAsync(s_block.AsMemory(0, 20));
        await Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.bytes.received") == 20, "the bytes", host.Metrics.ToString);

        client.Reset();

        await Eventually.HoldsAsync(() => host.Rejected("truncated") == 1, "the count", host.Metrics.ToString);
        Assert.Empty(host.Logs.From("Microsoft", LogLevel.Error));
    }

    // A balancer's check of the port.
    [Theory]
    [BothTransports]
    public async Task NothingSent_AndFinished_IsNoRefusal(TransportKind kind)
    {
        await using var host = await ProxyHost.StartAsync(kind);
        using var client = await host.ConnectAsync();

        client.ShutdownSend();

        Assert.Empty((await client.ReadToEndAsync()).Bytes);
        Assert.Equal(0, host.Metrics.Total("aeronet.proxy_protocol.rejected"));
    }

    [Theory]
    [BothTransports(0)]
    [BothTransports(20)]
    public async Task Required_NoHeaderInTime_IsReset(TransportKind kind, int sent)
    {
        await using var host = await ProxyHost.StartAsync(kind, options => options.HeaderTimeout = TimeSpan.FromMilliseconds(100));
        try
        {
            using var client = await host.ConnectAsync();
            await client.SendAsync(s_block.AsMemory(0, sent));
            Assert.Empty((await client.ReadToEndAsync()).Bytes);
        }
        catch (SocketException)
        {
            // The time was over before they were sent.
        }

        await Eventually.HoldsAsync(() => host.Rejected("timeout") == 1, "the count", host.Metrics.ToString);
    }

    [Theory]
    [BothTransports]
    public async Task Optional_NothingInTime_IsServedWithoutOne(TransportKind kind)
    {
        var reached = new TaskCompletionSource();
        await using var host = await ProxyHost.StartAsync(
            kind,
            options => (options.Mode, options.HeaderTimeout) = (ProxyProtocolMode.Optional, TimeSpan.FromMilliseconds(100)),
            listen => listen.Use(next => connection =>
            {
                reached.SetResult();
                return next(connection);
            }));
        using var client = await host.ConnectAsync();

        await reached.Task.OrTimeout("the connection to be handed on");
        var answer = (await client.GetAsync()).Text;

        Assert.StartsWith($"{client.Socket.LocalEndPoint} ", answer, StringComparison.Ordinal);
        Assert.Equal(0, host.Metrics.Total("aeronet.proxy_protocol.rejected"));
    }

    [Theory]
    [BothTransports]
    public async Task Optional_TrustedPeer_MaySendOneOrNot(TransportKind kind)
    {
        await using var host = await ProxyHost.StartAsync(kind, options => options.Mode = ProxyProtocolMode.Optional);
        using var with = await host.ConnectAsync();
        using var without = await host.ConnectAsync();
        using var malformed = await host.ConnectAsync();

        await with.SendAsync(s_block);
        await malformed.SendAsync(HeaderTable.Malformed["v2 command 2"].Bytes);

        Assert.StartsWith("192.0.2.7:51234 ", (await with.GetAsync()).Text, StringComparison.Ordinal);
        Assert.StartsWith($"{without.Socket.LocalEndPoint} ", (await without.GetAsync()).Text, StringComparison.Ordinal);
        Assert.Empty((await malformed.ReadToEndAsync()).Bytes);
        Assert.Equal(1, host.Rejected("command_unknown"));
    }

    [Theory]
    [BothTransports]
    public async Task Required_UntrustedPeer_IsReset_WithAHeaderAndWithout(TransportKind kind)
    {
        await using var host = await ProxyHost.StartAsync(kind, options => options.TrustedPeers = ["10.0.0.0/8", "unix"]);

        Assert.Equal(ProxyHost.Refused, await ProxyHost.AskAsync(host.EndPoint, s_block));
        Assert.Equal(ProxyHost.Refused, await ProxyHost.AskAsync(host.EndPoint, []));
        await Eventually.HoldsAsync(() => host.Rejected("untrusted_peer") == 2, "the count", host.Metrics.ToString);
        Assert.Equal(0, host.Metrics.Total("aeronet.proxy_protocol.headers"));
    }

    [Theory]
    [BothTransports]
    public async Task Optional_UntrustedPeersHeader_IsData(TransportKind kind)
    {
        await using var host = await ProxyHost.StartAsync(kind, options => (options.Mode, options.TrustedPeers) = (ProxyProtocolMode.Optional, ["10.0.0.0/8"]));
        using var spoofing = await host.ConnectAsync();
        using var plain = await host.ConnectAsync();

        await spoofing.SendAsync("PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n" + Get);

        Assert.Equal(400, (await spoofing.ReadResponseAsync()).StatusCode);
        Assert.StartsWith($"{plain.Socket.LocalEndPoint} ", (await plain.GetAsync()).Text, StringComparison.Ordinal);
        Assert.Equal(0, host.Metrics.Total("aeronet.proxy_protocol.headers"));
    }

    [Theory]
    [BothTransports("unix", true)]
    [BothTransports("127.0.0.1", false)]
    public async Task UnixSocket_IsTrustedByItsName(TransportKind kind, string trusted, bool isServed)
    {
        var path = Path.Combine(Path.GetTempPath(), $"aeronet-{Guid.NewGuid():n}.sock");
        await using var host = await ProxyHost.StartAsync(
            kind, kestrel: kestrel => kestrel.ListenUnixSocket(path, listen => listen.UseAeronetProxyProtocol(options => options.TrustedPeers = [trusted])), defaultEndpoint: false);
        using var client = await RawClient.ConnectAsync(new UnixDomainSocketEndPoint(path));
        if (isServed)
        {
            await client.SendAsync(s_block);
            Assert.StartsWith("192.0.2.7:51234 198.51.100.1:443 ", (await client.GetAsync()).Text, StringComparison.Ordinal);
        }
        else
        {
            Assert.Empty((await client.ReadToEndAsync()).Bytes);
            Assert.Equal(1, host.Rejected("untrusted_peer"));
        }
    }

    [Theory]
    [BothTransports("ours")]
    [BothTransports("kestrel's")]
    public async Task Tls_IsBehindTheHeader(TransportKind kind, string tls)
    {
        using var certificate = TestCertificate.Create();
        await using var host = await ProxyHost.StartAsync(kind, behind: listen => _ = tls == "ours" ? listen.UseAeronetTls(certificate) : listen.UseHttps(certificate));
        foreach (var together in new[] { true, false })
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(host.EndPoint);
            await using var wire = new NetworkStream(socket);
            await using var stream = new SslStream(together ? new PrefixedStream(wire, s_block) : wire, leaveInnerStreamOpen: true);
            if (!together)
                await socket.SendAsync(s_block);

            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, other, _, _) => certificate.Equals(other) });
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Get.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal)));
            using var reader = new StreamReader(stream);

            Assert.Contains("192.0.2.7:51234 198.51.100.1:443 https HTTP/1.1", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        if (kind == TransportKind.Aeronet && tls == "ours")
            Assert.Equal(2, host.Logs.From("Aeronet").Count(entry => entry.EventId.Name == "HandshakeCompleted"));
    }

    // The listener asks before it makes a connection where it can: for whom, only the header says.
    [Fact]
    public async Task TlsAdmission_CountsTheHeadersClient()
    {
        using var certificate = TestCertificate.Create();
        await using var host = await ProxyHost.StartAsync(behind: listen => listen.UseAeronetTls(tls =>
        {
            tls.Certificates.Add(certificate);
            (tls.Admission.HandshakesPerSecondPerClient, tls.Admission.BurstPerClient, tls.Admission.OnExceeded) = (0.01, 2, TlsAdmissionExceeded.Refuse);
        }));

        bool[] expected = [true, true, false];

        // LOCAL ones first: their address is the balancer's own.
        Assert.Equal(expected, await AskAsync(HeaderTable.Good["v2 local"].Bytes, 3));
        Assert.Equal(expected, await AskAsync(HeaderTable.Good["v2 tcp4"].Bytes, 3));
        Assert.Equal(expected, await AskAsync(HeaderTable.Good["v2 tcp6"].Bytes, 3));
        Assert.Equal(3, host.Metrics.Total("aeronet.tls.rejected", ("aeronet.rejection.reason", "client_rate")));

        async Task<bool[]> AskAsync(byte[] header, int count)
        {
            var isServed = new bool[count];
            for (var i = 0; i < count; i++)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(host.EndPoint);
                await using var stream = new SslStream(new PrefixedStream(new NetworkStream(socket), header));
                try
                {
                    await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, other, _, _) => other is not null });
                    isServed[i] = true;
                }
                catch (IOException)
                {
                    // Reset.
                }
            }

            return isServed;
        }
    }

    // What a proxy that ends TLS tells: requests are https ones.
    [Theory]
    [BothTransports(true, "https")]
    [BothTransports(false, "http")]
    public async Task ClientsTls_MakesRequestsHttps(TransportKind kind, bool isUsed, string scheme)
    {
        await using var host = await ProxyHost.StartAsync(kind, options => options.UseClientTls = isUsed);
        using var client = await host.ConnectAsync();

        // ALPN of the client's side, and a proxy that goes on in HTTP/1.1.
        await client.SendAsync(HeaderTable.Good["v2 with values"].Bytes);
        var answer = (await client.GetAsync()).Text;

        Assert.StartsWith($"192.0.2.7:51234 198.51.100.1:443 {scheme} HTTP/1.1", answer, StringComparison.Ordinal);
        Assert.Equal("True TLSv1.3 ", ProxyHost.Line(answer, "tls"));
        Assert.Equal("True True client", ProxyHost.Line(answer, "client"));
    }

    [Theory]
    [BothTransports]
    public async Task ClientsTls_WithHttp2Behind_IsHttp2(TransportKind kind)
    {
        await using var host = await ProxyHost.StartAsync(kind);
        using var client = await host.ConnectAsync();

        await client.SendAsync((byte[])[.. HeaderTable.Good["v2 with values"].Bytes, .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
        var frame = await client.ReadExactlyAsync(9);

        // SETTINGS (RFC 9113, section 6.5).
        Assert.Equal(4, frame[3]);
    }
}
