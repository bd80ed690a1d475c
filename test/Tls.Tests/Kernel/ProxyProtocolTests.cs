using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Preface = Aeronet.AspNetCore.Tls.Tests.Handshake.MiddlewareInFrontTests;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>A connection that began with a PROXY protocol header is encrypted by the kernel like any other.</summary>
[Trait("Category", KernelTlsStatistics.Category)]
[Collection(Alone.Name)]
public sealed class ProxyProtocolTests
{
    [Theory]
    [InlineData(SslProtocols.Tls12, 0)]
    [InlineData(SslProtocols.Tls12, int.MaxValue)]
    [InlineData(SslProtocols.Tls13, 0)]
    [InlineData(SslProtocols.Tls13, 100)]
    [InlineData(SslProtocols.Tls13, int.MaxValue)]
    public async Task HeaderWithTheClientHelloBehind_TheKernelEncrypts(SslProtocols version, int behind)
    {
        KernelTlsStatistics.Require();
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetProxyProtocol(options => options.HeaderTimeout = TimeSpan.FromMinutes(1)).UseAeronetTls(tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.Ktls = KtlsMode.Required;
            }),
            App = app => app.Run(context =>
            {
                var session = context.Features.GetRequiredFeature<ITlsSessionFeature>();
                return context.Response.WriteAsync($"{context.Connection.RemoteIpAddress} {session.SendsByKernel}");
            }),
        });
        for (var i = 0; i < 3; i++)
        {
            await using var client = await Preface.ConnectAsync(host, Preface.Preface, behind, version);

            Assert.Equal("192.0.2.1 True", await Preface.AskAsync(client, "/"));
            Assert.Equal("192.0.2.1 True", await Preface.AskAsync(client, "/"));
        }
    }
}
