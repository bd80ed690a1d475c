using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>Whoever looks for Kestrel's words about handshakes finds them, in the log and in its meter.</summary>
public sealed class KestrelLogTests
{
    private const string Category = "Microsoft.AspNetCore.Server.Kestrel.Https";

    private static readonly string[] s_errors = [.. new[] { typeof(AuthenticationException), typeof(IOException), typeof(OperationCanceledException) }.Select(type => type.FullName!)];

    public static TheoryData<string> Happenings => ["established", "no common version", "not TLS", "nothing sent", "closed at once"];

    [Theory, MemberData(nameof(Happenings))]
    public async Task Handshake_LoggedAndMeasuredAsByKestrel(string happening)
    {
        var timeout = happening == "nothing sent" ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(1);
        var seen = new List<string>();
        foreach (var kind in new[] { TransportKind.Sockets, TransportKind.Aeronet })
        {
            await using var host = await KestrelHost.StartAsync(kind, new KestrelHostOptions
            {
                Listen = listen => _ = kind == TransportKind.Sockets
                    ? listen.UseHttps(https =>
                    {
                        https.ServerCertificate = Certificates.Ecdsa;
                        https.SslProtocols = SslProtocols.Tls13;
                        https.HandshakeTimeout = timeout;
                    })
                    : listen.UseAeronetTls(tls =>
                    {
                        tls.Certificates.Add(Certificates.Ecdsa);
                        tls.Protocols = SslProtocols.Tls13;
                        tls.HandshakeTimeout = timeout;
                    }),
                App = app => app.Run(context => context.Response.WriteAsync("ok")),
            });

            await ActAsync(host, happening);

            // That of the certificate without alternative names comes at start.
            IReadOnlyList<LogEntry> Entries() => [.. host.Logs.From(Category).Where(entry => entry.EventId.Id <= 3)];
            await Eventually.HoldsAsync(() => Entries().Count > 0, "an entry");
            var entry = Assert.Single(Entries());
            seen.Add(string.Join(
                '|',
                entry.Category,
                entry.Level,
                entry.EventId.Id,
                entry.EventId.Name,
                happening == "established" ? entry.Message.Split(' ')[0] + entry.Message[entry.Message.IndexOf(" established", StringComparison.Ordinal)..] : entry.Message,
                entry.Exception?.GetType().Name,
                string.Join(' ', s_errors.Where(error => host.Metrics.Total("kestrel.tls_handshake.duration", ("error.type", error)) > 0))));
        }

        Assert.Equal(seen[0], seen[1]);
    }

    private static async Task ActAsync(KestrelHost host, string happening)
    {
        switch (happening)
        {
            case "established":
                await Peer.AskAsync(host.Port);
                break;
            case "no common version":
                Assert.True(await Peer.IsRefusedAsync(host.Port, configure: o => o.EnabledSslProtocols = SslProtocols.Tls12));
                break;
            default:
                using (var client = await host.ConnectAsync())
                {
                    if (happening == "not TLS")
                        await client.SendAsync("this is no TLS, and it is longer than a record's head");

                    if (happening == "closed at once")
                        client.ShutdownSend();

                    await client.ReadToEndAsync();
                }

                break;
        }
    }
}
