using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Middleware.Tests.Dashboard;

/// <summary>Applications with a dashboard that anybody may see, and endpoints of every outcome.</summary>
internal static class DashboardSite
{
    public const string Path = "/_aeronet";

    private static readonly Lazy<string> File = new(() =>
    {
        var path = System.IO.Path.Combine(AppContext.BaseDirectory, "dashboard-file.bin");
        System.IO.File.WriteAllBytes(path, new byte[300_000]);
        return path;
    });

    /// <summary>On one of the servers.</summary>
    public static Task<TestSite> StartAsync(ServerKind server, params (string Key, string Value)[] settings) =>
        TestSite.StartAsync(server, new SiteOptions { Settings = Settings(settings), App = Map, EndsWithServed = false });

    /// <summary>On the Aeronet transport, at a port of one's own choice if given, and with its TLS on a second one.</summary>
    public static Task<KestrelHost> StartWithTlsAsync(X509Certificate2 certificate, int port = 0) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, port);
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseAeronetTls(tls => tls.Certificates.Add(certificate)));
            },
            Builder = builder => builder.Configuration.AddInMemoryCollection(
                Settings(("Title", "shop.example.com"), ("Interval", "00:00:00.5"), ("History", "00:01:00"))),
            App = Map,
        });

    /// <summary>Requests of all kinds, over plain HTTP and TLS, until told to stop.</summary>
    public static async Task LoadAsync(KestrelHost host, X509Certificate2 certificate, CancellationToken stop)
    {
        await Task.WhenAll(
            RepeatAsync(host.CreateHttpClient(), ["/", "/", "/", "/", "/missing", "/", "/", "/slow", "/", "/fail"], 5, stop),
            RepeatAsync(host.CreateHttpClient(), ["/file", "/"], 20, stop),
            RepeatAsync(host.CreateHttpClient(), ["/block"], 700, stop),
            HandshakesAsync(host.Ports[1], certificate, stop));
    }

    private static async Task RepeatAsync(HttpClient client, string[] paths, int pause, CancellationToken stop)
    {
        using (client)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                using var response = await client.GetAsync(paths[i % paths.Length], CancellationToken.None);
                await Task.Delay(pause, CancellationToken.None);
            }
        }
    }

    private static async Task HandshakesAsync(int port, X509Certificate2 certificate, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
            if (i % 8 == 7)
            {
                await client.GetStream().WriteAsync("not a record of TLS\r\n\r\n"u8.ToArray(), CancellationToken.None);
                await new StreamReader(client.GetStream()).ReadToEndAsync(CancellationToken.None);
            }
            else
            {
                await using var tls = new SslStream(client.GetStream(), false, (_, peer, _, _) => certificate.Equals(peer));
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, default);
                await tls.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray(), CancellationToken.None);
                await new StreamReader(tls).ReadToEndAsync(CancellationToken.None);
            }

            await Task.Delay(100, CancellationToken.None);
        }
    }

    private static Dictionary<string, string?> Settings(params (string Key, string Value)[] settings) =>
        settings.ToDictionary(s => $"{AeronetDashboardOptions.SectionName}:{s.Key}", s => (string?)s.Value);

    private static void Map(WebApplication app)
    {
        app.MapAeronetDashboard(Path).AllowAnonymous();
        app.MapGet("/", () => "served");
        app.MapGet("/fail", () => Results.StatusCode(500));
        app.MapGet("/file", () => Results.File(File.Value));
        app.MapGet("/slow", async () => await Task.Delay(Random.Shared.Next(5, 60)));
        app.MapGet("/block", () => Thread.Sleep(40));
    }
}
