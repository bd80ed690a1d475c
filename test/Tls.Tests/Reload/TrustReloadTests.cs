using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.ClientCertificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Tls.Tests.Tickets;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Tls.Tests.Reload;

/// <summary>The file of trusted authorities changes while clients are connected: who is let in from then on, who stays, and whose sessions are good.</summary>
public sealed class TrustReloadTests : IDisposable
{
    private const string Declined = "aeronet.tls.ticket.declined";

    private readonly TempFiles _files = new();
    private readonly Authority _old = new("trusted from the start");
    private readonly Authority _added = new("trusted later");
    private int _reloads;

    public static TheoryData<string> Versions => ["tls1_2", "tls1_3"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Versions))]
    public async Task Authorities_AddedAndRemoved_WhileConnected(string version)
    {
        var protocol = version == "tls1_2" ? SslProtocols.Tls12 : SslProtocols.Tls13;
        var (alice, carol) = (_old.Issue("alice"), _added.Issue("carol"));
        using var alicesFile = new PemFile(alice);
        using var carolsFile = new PemFile(carol);
        Trust(_old);
        await using var host = await StartAsync();
        using var alicesSession = new TicketClient(version);
        using var carolsSession = new TicketClient(version);
        await alicesSession.ConnectAsync(host, "-cert", alicesFile.Path);
        Assert.True(await alicesSession.ConnectAsync(host, "-cert", alicesFile.Path));
        await using var alicesHttp1 = await TlsClient.ConnectAsync(host, o => (o.EnabledSslProtocols, o.ClientCertificates) = (protocol, [alice]));
        var http1 = await AskAsync(alicesHttp1);
        using var alicesHttp2 = Http2Client(protocol, alice);
        var http2 = await AskAsync(alicesHttp2, host);
        Assert.StartsWith("CN=alice HTTP/1.1", http1, StringComparison.Ordinal);
        Assert.StartsWith("CN=alice HTTP/2", http2, StringComparison.Ordinal);
        await RefusedAsync(carolsSession, host, carolsFile);

        Trust(_old, _added);
        await ReloadedAsync(host);

        // Under another trust a session is another policy's: it is not resumed, and the client is asked anew.
        await carolsSession.ConnectAsync(host, "-cert", carolsFile.Path);
        Assert.True(await carolsSession.ConnectAsync(host, "-cert", carolsFile.Path));
        Assert.False(await alicesSession.ConnectAsync(host, "-cert", alicesFile.Path));
        Assert.Equal(1, host.Metrics.Total(Declined, ("aeronet.ticket.reason", "other_host")));
        Assert.True(await alicesSession.ConnectAsync(host, "-cert", alicesFile.Path));
        Assert.Equal((http1, http2), (await AskAsync(alicesHttp1), await AskAsync(alicesHttp2, host)));

        Trust(_added);
        await ReloadedAsync(host);

        await RefusedAsync(alicesSession, host, alicesFile);
        await Eventually.HoldsAsync(() => host.Metrics.Total(Declined, ("aeronet.ticket.reason", "other_host")) == 2, "the session to be declined");
        await carolsSession.ConnectAsync(host, "-cert", carolsFile.Path);
        using (var alicesNext = Http2Client(protocol, alice))
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => AskAsync(alicesNext, host));
        }

        // Who was let in stays, on the connections that he has.
        Assert.Equal((http1, http2), (await AskAsync(alicesHttp1), await AskAsync(alicesHttp2, host)));
        Assert.Equal(2, host.Metrics.Total("aeronet.tls.certificate.reloads"));
    }

    private static async Task RefusedAsync(TicketClient client, KestrelHost host, PemFile certificate)
    {
        await Assert.ThrowsAnyAsync<Exception>(() => client.ConnectAsync(host, "-cert", certificate.Path));
        Assert.Contains("alert unknown ca", client.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Reused, ", client.Output, StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(TlsClient client)
    {
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var answer = await client.ReadUntilAsync("!");
        return answer[answer.IndexOf("CN=", StringComparison.Ordinal)..];
    }

    private static Task<string> AskAsync(HttpClient client, KestrelHost host) => client.GetStringAsync(new Uri($"https://localhost:{host.Port}/"), Token).OrTimeout("an answer");

    private static HttpClient Http2Client(SslProtocols protocol, X509Certificate2 certificate)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.EnabledSslProtocols = protocol;
        handler.SslOptions.ClientCertificates = [certificate];
        handler.SslOptions.RemoteCertificateValidationCallback = (_, server, _, _) => Certificates.IsOurs(server);
        return new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    // Renamed over, as those who manage files do it: nobody sees half of one.
    private void Trust(params Authority[] authorities)
    {
        _files.Write("next.pem", string.Concat(authorities.Select(authority => authority.Public().ExportCertificatePem() + "\n")));
        File.Move(_files["next.pem"], _files["ca.pem"], overwrite: true);
    }

    private Task ReloadedAsync(KestrelHost host)
    {
        _reloads++;
        return Eventually.HoldsAsync(() => host.Metrics.Total("aeronet.tls.certificate.reloads", ("aeronet.tls.reload", "reloaded")) == _reloads, "the authorities to be taken");
    }

    private Task<KestrelHost> StartAsync() => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
    {
        Builder = builder => builder.Configuration.AddInMemoryCollection(ConfiguredHost.Parse(
            $"""
             Aeronet:Tls:Certificate:Path={_files.WriteCertificate("s.pem", Certificates.Ecdsa)}
             Aeronet:Tls:Certificate:KeyPath={_files.WriteKey("s.key", Certificates.Ecdsa)}
             Aeronet:Tls:ClientCertificates=Require
             Aeronet:Tls:TrustedClientAuthorities={_files["ca.pem"]}
             """)),
        Listen = listen => listen.UseAeronetTls(),
        App = app => app.Run(context => context.Response.WriteAsync($"{context.Connection.ClientCertificate?.Subject} {context.Request.Protocol} {context.Connection.Id}!")),
    });
}
