using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Preface = Aeronet.AspNetCore.Tls.Tests.Handshake.MiddlewareInFrontTests;

namespace Aeronet.AspNetCore.Tls.Tests.Kernel;

/// <summary>A handshake that began with what a middleware had received is the kernel's to go on with like any other.</summary>
[Trait("Category", KernelTlsStatistics.Category)]
[Collection(Alone.Name)]
public sealed class MiddlewareInFrontTests
{
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task PrefaceWithTheClientHelloBehind_TheKernelEncrypts(SslProtocols version)
    {
        KernelTlsStatistics.Require();
        var told = new List<string>();
        foreach (var preface in new[] { false, true })
        {
            await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
            {
                Listen = listen =>
                {
                    listen.Use(next => async connection =>
                    {
                        if (preface)
                            await Preface.ReadPreface(connection);

                        await next(connection);
                    });
                    listen.UseAeronetTls(tls =>
                    {
                        tls.Certificates.Add(Certificates.Ecdsa);
                        tls.Ktls = KtlsMode.Required;
                    });
                },
                App = app => app.Run(context =>
                {
                    var session = context.Features.GetRequiredFeature<ITlsSessionFeature>();
                    return context.Response.WriteAsync($"{session.SendsByKernel} {session.ReceivesByKernel}");
                }),
            });
            await using var client = await Preface.ConnectAsync(host, preface ? Preface.Preface : "", int.MaxValue, version);

            told.Add(await Preface.AskAsync(client, "/"));
            told.Add(await Preface.AskAsync(client, "/"));
        }

        Assert.StartsWith("True", told[0], StringComparison.Ordinal);
        Assert.Equal(Enumerable.Repeat(told[0], 4), told);
    }

    [Fact]
    public async Task TransportReplaced_AndTheKernelRequired_RefusedAndCounted()
    {
        KernelTlsStatistics.Require();
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseConnectionLogging("Wire").UseAeronetTls(tls =>
            {
                tls.Certificates.Add(Certificates.Ecdsa);
                tls.Ktls = KtlsMode.Required;
            }),
            App = app => app.Run(context => context.Response.WriteAsync("served")),
        });

        Assert.True(await Peer.IsRefusedAsync(host.Port));
        Assert.Contains("Ktls is Required", Assert.Single(host.Logs.From("Aeronet", LogLevel.Warning)).Message, StringComparison.Ordinal);
        Assert.Equal(1, host.Metrics.Total("aeronet.tls.handshakes", ("error.type", "kernel_tls_required")));
    }
}
