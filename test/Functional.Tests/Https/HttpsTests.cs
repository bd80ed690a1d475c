using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Https;

/// <summary>Kestrel's own UseHttps, that is SslStream, over either transport.</summary>
public sealed class HttpsTests : IDisposable
{
    private readonly X509Certificate2 _certificate = TestCertificate.Create();

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [BothTransports(1)]
    [BothTransports(2)]
    public async Task Get_ByAlpn_Answered(TransportKind transport, int major)
    {
        await using var host = await StartAsync(transport, context => context.Response.WriteAsync(
            $"{context.Request.Scheme} {context.Request.Protocol} {context.Features.Get<ITlsHandshakeFeature>()?.Protocol}"));
        using var client = host.CreateHttpClient(major == 2 ? HttpVersion.Version20 : HttpVersion.Version11, _certificate);

        for (var i = 0; i < 20; i++)
            Assert.Equal($"https {(major == 2 ? "HTTP/2" : "HTTP/1.1")} {SslProtocols.Tls13}", await client.GetStringAsync("/"));

        Assert.StartsWith("https://127.0.0.1:", host.Addresses[0], StringComparison.Ordinal);
    }

    [Theory]
    [BothTransports(1)]
    [BothTransports(2)]
    public async Task LargeBody_BothWays_EveryByteIsRight(TransportKind transport, int major)
    {
        const int Size = 20 * 1024 * 1024;
        await using var host = await StartAsync(transport, async context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
                await context.Response.WriteAsync($"{await Pattern.VerifyAsync(context.Request.Body)}");
            else
                await Pattern.WriteAsync(context.Response.Body, Size);
        });
        using var client = host.CreateHttpClient(major == 2 ? HttpVersion.Version20 : HttpVersion.Version11, _certificate);

        await using (var body = await client.GetStreamAsync("/"))
            Assert.Equal(Size, await Pattern.VerifyAsync(body).OrTimeout("the download"));

        using var content = new PatternContent(Size);
        using var response = await client.PostAsync("/", content);
        Assert.Equal($"{Size}", await response.Content.ReadAsStringAsync());
    }

    [Theory, BothTransports]
    public async Task Streams_ManyAtOnce_OneConnection(TransportKind transport)
    {
        await using var host = await StartAsync(
            transport,
            context => context.Response.WriteAsync($"{context.Connection.Id} {context.Request.Path}"));
        using var client = host.CreateHttpClient(HttpVersion.Version20, _certificate);
        var id = (await client.GetStringAsync("/first")).Split(' ')[0];

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => client.GetStringAsync($"/{i}")));

        for (var i = 0; i < answers.Length; i++)
            Assert.Equal($"{id} /{i}", answers[i]);
    }

    [Theory, BothTransports]
    public async Task ConnectionClose_CloseNotifyThenFin(TransportKind transport)
    {
        await using var host = await StartAsync(transport, context => context.Response.WriteAsync("bye"));
        using var raw = await host.ConnectAsync();
        await using var tls = await HandshakeAsync(raw);

        await tls.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(tls, Encoding.ASCII);
        // SslStream reports the end of the stream here only after a close_notify or FIN, and an exception after RST.
        var response = await reader.ReadToEndAsync().OrTimeout("the response");

        Assert.Contains("bye", response, StringComparison.Ordinal);
    }

    [Theory, BothTransports]
    public async Task Handshake_PlainText_ClosedAndOthersAreServed(TransportKind transport)
    {
        await using var host = await StartAsync(transport, context => context.Response.WriteAsync("ok"));
        using var raw = await host.ConnectAsync();
        using var client = host.CreateHttpClient(trusted: _certificate);

        await raw.SendGetAsync();
        await raw.ReadToEndAsync();

        Assert.Equal("ok", await client.GetStringAsync("/"));
    }

    [Theory, BothTransports]
    public async Task Handshake_ClientVanishes_OthersAreServed(TransportKind transport)
    {
        await using var host = await StartAsync(transport, context => context.Response.WriteAsync("ok"));
        using var client = host.CreateHttpClient(trusted: _certificate);

        for (var i = 0; i < 10; i++)
        {
            var raw = await host.ConnectAsync();
            await raw.SendAsync("\x16\x03\x01\x02\x00\x01");
            if (i % 2 == 0)
                raw.Reset();

            raw.Dispose();
        }

        Assert.Equal("ok", await client.GetStringAsync("/"));
    }

    [Theory, BothTransports]
    public async Task Openssl_Client_HandshakesAndIsAnswered(TransportKind transport)
    {
        var curl = ExternalTool.Require("curl");
        await using var host = await StartAsync(transport, context => context.Response.WriteAsync(context.Request.Protocol));

        var result = await curl.RunAsync("-sSk", "--noproxy", "*", "--http2", $"https://127.0.0.1:{host.Port}/");

        Assert.True(result is { ExitCode: 0, Output: "HTTP/2" }, result.ToString());
    }

    private Task<KestrelHost> StartAsync(TransportKind transport, RequestDelegate handler)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen => listen.UseHttps(_certificate),
            App = app => app.Run(handler),
        });

    private async Task<SslStream> HandshakeAsync(RawClient client)
    {
        var tls = new SslStream(
            new System.Net.Sockets.NetworkStream(client.Socket),
            leaveInnerStreamOpen: false,
            (_, certificate, _, _) => _certificate.Equals(certificate));
        await tls.AuthenticateAsClientAsync("localhost").OrTimeout("the handshake");
        return tls;
    }
}
