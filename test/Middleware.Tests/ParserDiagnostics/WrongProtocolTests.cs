using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>Clients that speak another protocol than the endpoint.</summary>
public sealed class WrongProtocolTests(RefusingSiteFixture fixture) : IClassFixture<RefusingSiteFixture>
{
    // unexpected_message, fatal, in a record of its own.
    private static readonly byte[] Alert = [0x15, 3, 1, 0, 2, 2, 10];

    [Fact]
    public async Task TlsHello_OnPlainPort_IsAnsweredByAnAlertAlone()
    {
        var site = await fixture.SiteAsync();
        await using var client = await site.ConnectAsync(tls: false);

        await client.SendAsync("\u0016\u0003\u0001\0\u00c8\u0001\0\0\u00c4\u0003\u0003" + new string('\u0007', 194));
        var answer = await client.ReadToEndAsync();

        Assert.Equal(Alert, Encoding.Latin1.GetBytes(answer));
        var refusal = await site.Log.TakeAsync(client.EndPoint);
        Assert.Equal((400, "TlsOnPlainPort", 0L, 1, 1), (refusal.StatusCode, refusal.Fault, refusal.Offset, refusal.Line, refusal.Column));
        Assert.Contains("http://", refusal.Expected, StringComparison.Ordinal);
        Assert.Equal("<control>", refusal.Excerpt);
    }

    [Fact]
    public async Task TlsHello_WithinTls_IsAnsweredInHttp()
    {
        var site = await fixture.SiteAsync();
        await using var client = await site.ConnectAsync(tls: true);

        await client.SendAsync("\u0016\u0003\u0001\0\u00c8");

        Assert.StartsWith("HTTP/1.1 400 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("MethodInvalid", (await site.Log.TakeAsync(client.EndPoint)).Fault);
    }

    [Fact]
    public async Task SslStream_OnPlainPort_FailsByTheAlert()
    {
        var site = await fixture.SiteAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, site.Host.Ports[0]);
        await using var ssl = new SslStream(new NetworkStream(socket));

        var failure = await Assert.ThrowsAsync<AuthenticationException>(() => ssl.AuthenticateAsClientAsync("localhost").OrTimeout("the handshake"));

        Assert.Contains("unexpected message", failure.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("TlsOnPlainPort", (await site.Log.TakeAsync(socket.LocalEndPoint!)).Fault);
    }

    [Theory]
    [InlineData("openssl", "s_client -connect 127.0.0.1:{0} -brief", "unexpected message")]
    [InlineData("curl", "-sS --max-time 20 https://127.0.0.1:{0}/", "unexpected message")]
    public async Task Tool_OnPlainPort_ShowsTheAlert(string tool, string arguments, string shown)
    {
        var site = await fixture.SiteAsync();
        var result = await ExternalTool.Require(tool).RunAsync(string.Format(null, arguments, site.Host.Ports[0]).Split(' '));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(shown, result.Output + result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("GET /index.html HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n", "GET /index.html HTTP/1.1", false)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /", true)]
    [InlineData("POST /form HTTP/1.1\r\nHost: a\r\n\r\n", "POST /form HTTP/1.1", false)]
    [InlineData("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1", false)]
    [InlineData("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "CONNECT a:443 HTTP/1.1", false)]
    public async Task PlainHttp_OnTlsPort_IsAnsweredInHttp(string request, string excerpt, bool byteByByte)
    {
        var site = await fixture.SiteAsync();
        await using var client = await SiteClient.ConnectAsync(site.Host.Ports[1], certificate: null, protocol: null);

        await SendAsync(client, request, byteByByte);
        var answer = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("This port speaks HTTPS: use https:// and this address.", answer, StringComparison.Ordinal);
        var refusal = await site.Log.TakeAsync(client.EndPoint);
        Assert.Equal((400, "PlainHttpOnTlsPort", 0L, 1, 1), (refusal.StatusCode, refusal.Fault, refusal.Offset, refusal.Line, refusal.Column));
        Assert.Equal(excerpt, refusal.Excerpt);
        Assert.Contains("https://", refusal.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Http2Preface_OnHttp1Endpoint_IsReportedAtItsVersion(bool byteByByte)
    {
        var site = await fixture.SiteAsync();
        await using var client = await site.ConnectAsync(tls: false);

        await SendAsync(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", byteByByte);
        await client.ReadToEndAsync();

        var refusal = await site.Log.TakeAsync(client.EndPoint);
        Assert.Equal((505, "Http2OnHttp1Endpoint", 11L, 1, 12), (refusal.StatusCode, refusal.Fault, refusal.Offset, refusal.Line, refusal.Column));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, false)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, true)]
    [InlineData("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n", 2, false)]
    public async Task Http1_OnHttp2Endpoint_IsReported(string request, int offset, bool byteByByte)
    {
        var site = await fixture.SiteAsync();
        await using var client = await site.ConnectAsync(tls: false, http2: true);

        await SendAsync(client, request, byteByByte);
        var answer = await client.ReadToEndAsync();

        Assert.Contains("HTTP/2 only endpoint", answer, StringComparison.Ordinal);
        var refusal = await site.Log.TakeAsync(client.EndPoint);
        Assert.Equal((400, "Http1OnHttp2Endpoint", (long)offset, 1, offset + 1), (refusal.StatusCode, refusal.Fault, refusal.Offset, refusal.Line, refusal.Column));
        Assert.StartsWith(request[..10], refusal.Excerpt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n.....", 19, 3, 2)]
    [InlineData(false, "PRI * HTTP/2.1\r\n\r\nSM\r\n\r\n.....", 13, 1, 14)]
    [InlineData(true, "PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n.....", 19, 3, 2)]
    [InlineData(true, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, 1, 1)]
    public async Task Http2Preface_Wrong_IsReportedAtItsByte(bool tls, string preface, int offset, int line, int column)
    {
        var site = await fixture.SiteAsync();
        foreach (var byteByByte in (bool[])[false, true])
        {
            await using var client = await site.ConnectAsync(tls, http2: true);

            await SendAsync(client, preface, byteByByte);
            var answer = await client.ReadToEndAsync();

            // GOAWAY with PROTOCOL_ERROR.
            Assert.Contains("\a\0\0\0\0\0", answer, StringComparison.Ordinal);
            var refusal = await site.Log.TakeAsync(client.EndPoint);
            Assert.Equal((null, "Http2PrefaceInvalid", (long)offset, line, column), (refusal.StatusCode, refusal.Fault, refusal.Offset, refusal.Line, refusal.Column));
        }
    }

    [Fact]
    public async Task Http2Frame_Wrong_IsReportedWithoutPlace()
    {
        var site = await fixture.SiteAsync();
        await using var client = await site.ConnectAsync(tls: false, http2: true);

        // SETTINGS of five bytes (RFC 9113, section 6.5).
        await client.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\u0005\u0004\0\0\0\0\0.....");
        await client.ReadToEndAsync();

        var refusal = await site.Log.TakeAsync(client.EndPoint);
        Assert.Equal(("Http2Error", null, null), (refusal.Fault, refusal.Offset, refusal.Excerpt));
        Assert.Contains("invalid_frame_length", refusal.Expected, StringComparison.Ordinal);
    }

    private static Task SendAsync(SiteClient client, string text, bool byteByByte) =>
        byteByByte ? client.DribbleAsync(text) : client.SendAsync(text);
}
