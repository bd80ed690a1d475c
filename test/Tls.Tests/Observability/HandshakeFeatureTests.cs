using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>What the application is told of a handshake is what the framework's own stream, at the client, says of it.</summary>
public sealed class HandshakeFeatureTests
{
    [Theory]
    [InlineData(TlsCipherSuite.TLS_AES_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_AES_256_GCM_SHA384)]
    [InlineData(TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [InlineData(TlsCipherSuite.TLS_AES_128_CCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CCM)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256)]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_AES_256_CBC_SHA)]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_CAMELLIA_128_CBC_SHA)]
    public async Task EveryMember_AsTheFrameworksStream(TlsCipherSuite suite)
    {
        await using var host = await TlsHost.StartAsync(Describe, tls =>
        {
            tls.Certificates.Add(Certificates.Ecdsa);
            tls.Certificates.Add(Certificates.Rsa);
            tls.CipherPolicy = TlsCipherPolicy.Custom;
            tls.CipherList = "ALL:!aNULL:!eNULL:@SECLEVEL=0";
            tls.CipherSuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256";
        });
#pragma warning disable SYSLIB0040 // The suites without encryption are for this test.
        await using var client = await TlsClient.ConnectAsync(host, o =>
        {
            o.EnabledSslProtocols = suite.ToString().Contains("_WITH_", StringComparison.Ordinal) ? SslProtocols.Tls12 : SslProtocols.Tls13;
            o.EncryptionPolicy = suite.ToString().Contains("_NULL_", StringComparison.Ordinal) ? EncryptionPolicy.AllowNoEncryption : EncryptionPolicy.RequireEncryption;
            o.CipherSuitesPolicy = new CipherSuitesPolicy([suite]);
        });
#pragma warning restore SYSLIB0040
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        var told = await client.ReadUntilAsync(";");

        var tls = client.Tls;
        var expected = string.Create(
            CultureInfo.InvariantCulture,
            $"localhost,{tls.SslProtocol},{tls.NegotiatedCipherSuite},{tls.CipherAlgorithm}/{tls.CipherStrength},{tls.HashAlgorithm}/{tls.HashStrength},{tls.KeyExchangeAlgorithm}/{tls.KeyExchangeStrength};");
        Assert.EndsWith(expected, told, StringComparison.Ordinal);
        Assert.Equal(suite, tls.NegotiatedCipherSuite);
    }

    [Fact]
    public async Task SslStreamFeatures_AreAbsent()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync(
            $"{context.Features.Get<SslStream>() is null} {context.Features.Get<ISslStreamFeature>() is null} {context.Features.Get<ITlsConnectionFeature>() is not null}"));
        using var client = host.CreateHttpClient(trusted: Certificates.Ecdsa);

        Assert.Equal("True True True", await client.GetStringAsync("/"));
    }

    private static Task Describe(HttpContext context)
    {
        var tls = context.Features.GetRequiredFeature<ITlsHandshakeFeature>();
        return context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{tls.HostName},{tls.Protocol},{tls.NegotiatedCipherSuite},{tls.CipherAlgorithm}/{tls.CipherStrength},{tls.HashAlgorithm}/{tls.HashStrength},{tls.KeyExchangeAlgorithm}/{tls.KeyExchangeStrength};"));
    }
}
