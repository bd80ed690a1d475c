using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Reload;

/// <summary>Reloads beside clients that come and go.</summary>
[Collection(Alone.Name)]
public sealed class ReloadLoadTests : IDisposable
{
    private const int Reloads = 1000;

    private readonly TempFiles _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task ReloadAsync_AThousandTimesUnderLoad_NoRequestLostAndNothingKept()
    {
        X509Certificate2[] certificates = [Certificates.Ecdsa, Certificates.Rsa];
        Write(certificates[0]);
        await using var host = await ConfiguredHost.StartAsync($"""
            Aeronet:Tls:Certificate:Path={_files["tls.pem"]}
            Aeronet:Tls:ReloadCertificates=false
            Aeronet:Tls:Hosts:www.example.com:Protocols=Tls13
            """);
        var manager = host.Services.GetRequiredService<ITlsCertificateManager>();
        await using var patient = await TlsClient.ConnectAsync(host);
        await AskAsync(patient);
        var before = await SettleAsync(0);
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 3).Select(_ => Task.Run(
            async () =>
            {
                var served = 0;
                for (; !stop.IsCancellationRequested; served++)
                {
                    await using var client = await TlsClient.ConnectAsync(host);
                    await AskAsync(client);
                }

                return served;
            },
            Token)).ToArray();

        for (var reload = 1; reload <= Reloads; reload++)
        {
            Write(certificates[reload % 2]);
            var result = Assert.Single(await manager.ReloadAsync(Token));
            Assert.Null(result.Failure);
        }

        await stop.CancelAsync();
        Assert.InRange((await Task.WhenAll(clients).OrTimeout("the clients")).Sum(), 3, int.MaxValue);
        Assert.Equal(Reloads, host.Metrics.Total("aeronet.tls.certificate.reloads", ("aeronet.tls.reload", "reloaded")));
        await AskAsync(patient);
        if (SslAudit.IsOn)
        {
            // Two hosts' contexts for each state: of the one in use, and of one that a thread may still have in hand.
            Assert.InRange(await SettleAsync(before + 2), 2, before + 2);
        }
    }

    // In one write, so that no reload finds half of it.
    private void Write(X509Certificate2 certificate) => _files.Write("tls.pem", certificate.ExportCertificatePem() + "\n" + TempFiles.PlainKey(certificate));

    private static async Task AskAsync(TlsClient client)
    {
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await client.ReadUntilAsync(ConfiguredHost.Answer), StringComparison.Ordinal);
        await client.ReadUntilAsync("0\r\n\r\n");
    }

    private static async Task<int> SettleAsync(int expected)
    {
        for (var i = 0; i < 50; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            if (i > 3 && (SslContextHandle.Live <= expected || expected == 0))
            {
                break;
            }

            await Task.Delay(20, Token);
        }

        return SslContextHandle.Live;
    }
}
