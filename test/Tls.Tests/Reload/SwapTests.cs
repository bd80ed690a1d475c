using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Fallback;
using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.Tls.Tests.Reload;

/// <summary>The state of an endpoint is replaced while clients come and go.</summary>
[Collection(Alone.Name)]
public sealed class SwapTests
{
    private const string Request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replace_BetweenConnections_OldOnesGoOnAndNewOnesTakeTheNew()
    {
        var states = new TlsStateHolder(() => StateOf(Certificates.Ecdsa));
        await using var host = await StartAsync(states);
        await using var old = await TlsClient.ConnectAsync(host);

        states.Replace(StateOf(Certificates.Rsa));
        await using var next = await TlsClient.ConnectAsync(host);

        Assert.Equal(Certificates.Ecdsa, old.Tls.RemoteCertificate);
        Assert.Equal(Certificates.Rsa, next.Tls.RemoteCertificate);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        await AskAsync(old);
        await AskAsync(next);
    }

    [Fact]
    public async Task Replace_InTheMiddleOfAHandshake_TheHandshakeKeepsItsOwn()
    {
        var states = new TlsStateHolder(() => StateOf(Certificates.Ecdsa));
        await using var host = await StartAsync(states);
        var begun = new TaskCompletionSource<SslClientAuthenticationOptions>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var goesOn = new ManualResetEventSlim();

        // The client has the server's certificate, and owes its Finished.
        X509Certificate? shown = null;
        var connecting = Task.Run(() => TlsClient.ConnectAsync(host, options => options.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            shown = certificate;
            begun.TrySetResult(options);
            return goesOn.Wait(TaskTimeoutExtensions.DefaultTimeout);
        }), Token);
        await begun.Task.OrTimeout("the server's certificate");
        states.Replace(StateOf(Certificates.Rsa));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        goesOn.Set();

        await using var client = await connecting;
        Assert.Equal(Certificates.Ecdsa, shown);
        await AskAsync(client);
    }

    [Fact]
    public async Task Replace_HundredsUnderLoad_NoRequestLostAndNothingKept()
    {
        const int Swaps = 200;
        var before = await SettleAsync(0);
        var states = new TlsStateHolder(() => StateOf(Certificates.Ecdsa));
        await using (var host = await StartAsync(states))
        {
            using var stop = new CancellationTokenSource();
            var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(() => ComeAndGoAsync(host, stop.Token), Token)).ToArray();
            for (var swap = 0; swap < Swaps; swap++)
            {
                states.Replace(StateOf(swap % 2 == 0 ? Certificates.Rsa : Certificates.Ecdsa));
                await Task.Delay(5, Token);
            }

            await stop.CancelAsync();
            var served = (await Task.WhenAll(clients).OrTimeout("the clients")).Sum();

            Assert.InRange(served, 4, int.MaxValue);
            if (SslAudit.IsOn)
            {
                // One is served by, and the host of this test may keep the last that was taken. Those of tests before may still have gone meanwhile.
                Assert.InRange(await SettleAsync(before + 2), 1, before + 2);
            }
        }
    }

    private static async Task<int> ComeAndGoAsync(KestrelHost host, CancellationToken stop)
    {
        var served = 0;
        while (!stop.IsCancellationRequested)
        {
            await using var client = await TlsClient.ConnectAsync(host);
            await AskAsync(client);
            await AskAsync(client);
            served++;
        }

        return served;
    }

    private static async Task AskAsync(TlsClient client)
    {
        await client.SendAsync(Request);
        Assert.StartsWith("HTTP/1.1 200", await client.ReadUntilAsync("served"), StringComparison.Ordinal);
        await client.ReadUntilAsync("0\r\n\r\n");
    }

    // Until finalizers have brought it down to what is expected, or have had their time.
    private static async Task<int> SettleAsync(int expected)
    {
        for (var i = 0; i < 500; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            if (i > 2 && SslContextHandle.Live <= expected)
            {
                break;
            }

            await Task.Delay(20, Token);
        }

        return SslContextHandle.Live;
    }

    private static Task<KestrelHost> StartAsync(TlsStateHolder states) => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Listen = listen =>
        {
            var services = listen.ApplicationServices;
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => new TlsMiddleware(
                next, states, services.GetRequiredService<TlsMetrics>(), new TlsLogs(services.GetRequiredService<ILoggerFactory>()), observers: null, "the endpoint", admission: null).OnConnectionAsync);
        },
        App = app => app.Run(context => context.Response.WriteAsync("served", Token)),
    });

    private static TlsState StateOf(X509Certificate2 certificate)
    {
        var settings = new TlsSettings();
        settings.Options.Certificates.Add(certificate);
        return new TlsState(
            settings.Options,
            HandshakeCallbacks.Attach(new TlsContexts(settings, HttpProtocols.Http1, ticketKeys: null)),
            new Lazy<KestrelFallback>(() => new KestrelFallback(settings, HttpProtocols.Http1, NullLogger.Instance)),
            new Lazy<TlsEndpointStatus>(() => throw new InvalidOperationException("nobody looks")));
    }
}
