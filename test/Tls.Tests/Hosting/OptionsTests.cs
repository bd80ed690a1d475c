using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Hosting;

/// <summary>What cannot be used fails the start, in one line that says what to change.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { "none", "Certificates" },
        { "null", "Certificates" },
        { "no key", "private key" },
        { "protocols none", "Protocols" },
        { "protocols old", "Protocols" },
        { "ktls", "Ktls" },
        { "ktls required", "Ktls" },
        { "timeout short", "HandshakeTimeout" },
        { "timeout long", "HandshakeTimeout" },
        { "timeout infinite", "HandshakeTimeout" },
        { "host empty name", "Hosts" },
        { "host star", "Hosts" },
        { "host inner star", "Hosts" },
        { "host address", "Hosts" },
        { "host null", "Hosts['a.test']" },
        { "ciphers without custom", "CipherPolicy Custom" },
        { "custom without ciphers", "CipherList" },
        { "unknown cipher", "AES-OF-BASE" },
        { "unknown suite", "TLS_AES_OF_BASE" },
        { "unknown group", "Curve1" },
        { "unknown signature", "RSA+MD99" },
        { "modern without 1.3", "Modern" },
        { "host no key", "a.test" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Mistake_FailsStart_InOneLineNamingIt(string mistake, string named)
    {
        using var keyless = X509CertificateLoader.LoadCertificate(Certificates.Ecdsa.RawData);
        if (mistake == "ktls required" && Directory.Exists("/sys/module/tls"))
            Assert.Skip("this kernel has TLS");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(options => Configure(options, mistake, keyless)),
        }));

        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        TestContext.Current.TestOutputHelper?.WriteLine(failure.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task SocketsTransport_FallsBackToKestrels(int major)
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol), kind: TransportKind.Sockets);
        using var client = host.CreateHttpClient(new Version(major, major == 1 ? 1 : 0), Certificates.Ecdsa);

        Assert.Equal(major == 1 ? "HTTP/1.1" : "HTTP/2", await client.GetStringAsync("/"));
        Assert.StartsWith("https://", host.Addresses[0], StringComparison.Ordinal);
        Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning));
    }

    [Fact]
    public async Task Start_ShownAsHttps_WithoutWarnings()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("ok"));
        using var client = host.CreateHttpClient(HttpVersion.Version20, Certificates.Ecdsa);

        Assert.Equal("ok", await client.GetStringAsync("/"));
        Assert.StartsWith("https://", host.Addresses[0], StringComparison.Ordinal);
        Assert.Empty(host.Logs.From("", LogLevel.Warning));
    }

    [Fact]
    public async Task UnixSocket_Works()
    {
        var path = Path.Combine(Path.GetTempPath(), $"aeronet-tls-{Guid.NewGuid():N}.sock");
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel => kestrel.ListenUnixSocket(path, listen => listen.UseAeronetTls(Certificates.Ecdsa)),
            App = app => app.Run(context => Pattern.WriteAsync(context.Response.Body, 1_000_000)),
        });
        using var handler = KestrelHost.CreateHttpHandler(Certificates.Ecdsa);
        handler.ConnectCallback = async (_, cancellation) =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
            await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(path), cancellation);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        };
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };

        Assert.Equal(-1, Pattern.FindMismatch(await client.GetByteArrayAsync("https://localhost/")));
    }

    private static void Configure(AeronetTlsOptions options, string mistake, X509Certificate2 keyless)
    {
        if (mistake is not ("none" or "null" or "no key"))
            options.Certificates.Add(Certificates.Ecdsa);

        switch (mistake)
        {
            case "null":
                options.Certificates.Add(null!);
                break;
            case "no key":
                options.Certificates.Add(keyless);
                break;
            case "protocols none":
                options.Protocols = SslProtocols.None;
                break;
            case "protocols old":
                options.Protocols = SslProtocols.Tls11 | SslProtocols.Tls12;
                break;
            case "ktls":
                options.Ktls = (KtlsMode)9;
                break;
            case "ktls required":
                options.Ktls = KtlsMode.Required;
                break;
            case "timeout short":
                options.HandshakeTimeout = TimeSpan.Zero;
                break;
            case "timeout long":
                options.HandshakeTimeout = TimeSpan.FromHours(1);
                break;
            case "timeout infinite":
                options.HandshakeTimeout = Timeout.InfiniteTimeSpan;
                break;
            case "host empty name":
                options.Hosts[""] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
                break;
            case "host star":
                options.Hosts["*"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
                break;
            case "host inner star":
                options.Hosts["www.*.test"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
                break;
            case "host address":
                options.Hosts["127.0.0.1"] = new AeronetTlsHostOptions { Certificates = { Certificates.Exact } };
                break;
            case "ciphers without custom":
                options.CipherList = "ECDHE-RSA-AES128-GCM-SHA256";
                break;
            case "custom without ciphers":
                options.CipherPolicy = TlsCipherPolicy.Custom;
                break;
            case "unknown cipher":
                options.CipherPolicy = TlsCipherPolicy.Custom;
                options.CipherList = "AES-OF-BASE";
                break;
            case "unknown suite":
                options.CipherPolicy = TlsCipherPolicy.Custom;
                options.CipherSuites = "TLS_AES_OF_BASE";
                break;
            case "unknown group":
                options.Groups = "Curve1";
                break;
            case "unknown signature":
                options.SignatureAlgorithms = "RSA+MD99";
                break;
            case "modern without 1.3":
                options.CipherPolicy = TlsCipherPolicy.Modern;
                options.Protocols = SslProtocols.Tls12;
                break;
            case "host null":
                options.Hosts["a.test"] = null!;
                break;
            case "host no key":
                options.Hosts["a.test"] = new AeronetTlsHostOptions { Certificates = { keyless } };
                break;
        }
    }
}
