using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>An application with small limits whose endpoints are, in order, plain and TLS with HTTP/1, and plain and TLS with HTTP/2.</summary>
public sealed class RefusingSite : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate;

    private RefusingSite(KestrelHost host, RefusalLog log, X509Certificate2 certificate)
    {
        Host = host;
        Log = log;
        _certificate = certificate;
    }

    internal KestrelHost Host { get; }

    internal RefusalLog Log { get; }

    internal static async Task<RefusingSite> StartAsync(
        TransportKind transport = TransportKind.Aeronet, Dictionary<string, string?>? settings = null, RequestDelegate? app = null)
    {
        var certificate = TestCertificate.Create();
        var log = new RefusalLog();
        var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Builder = builder =>
            {
                builder.Services.AddSingleton<IHostEnvironment>(new TestEnvironment { EnvironmentName = Environments.Development });
                foreach (var (key, value) in settings ?? [])
                    builder.Configuration[key] = value;

                builder.Services.AddAeronetParserDiagnostics();
                builder.Logging.AddProvider(log);
            },
            Kestrel = kestrel =>
            {
                kestrel.Limits.MaxRequestLineSize = MalformedRequests.MaxRequestLineSize;
                kestrel.Limits.MaxRequestHeadersTotalSize = MalformedRequests.MaxFieldsSize;
                kestrel.Limits.MaxRequestHeaderCount = MalformedRequests.MaxFieldCount;
                kestrel.Limits.MaxRequestBodySize = 1000;
                kestrel.Listen(IPAddress.Loopback, 0, listen => UseTls(listen, certificate, transport));
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
                kestrel.Listen(IPAddress.Loopback, 0, listen =>
                {
                    UseTls(listen, certificate, transport);
                    listen.Protocols = HttpProtocols.Http2;
                });
            },
            Listen = listen => listen.Protocols = HttpProtocols.Http1,
            App = builder => builder.Run(app ?? AnswerAsync),
        });
        return new RefusingSite(host, log, certificate);
    }

    /// <summary>Connects to an endpoint.</summary>
    internal Task<SiteClient> ConnectAsync(bool tls, bool http2 = false) =>
        SiteClient.ConnectAsync(Host.Ports[(tls ? 1 : 0) + (http2 ? 2 : 0)], tls ? _certificate : null, http2 ? SslApplicationProtocol.Http2 : null);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _certificate.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        await context.Response.WriteAsync("good");
    }

    private static void UseTls(ListenOptions listen, X509Certificate2 certificate, TransportKind transport)
    {
        var own = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
        if (transport == TransportKind.Aeronet)
            listen.UseAeronetTls(own);
        else
            listen.UseHttps(own);

        listen.Protocols = HttpProtocols.Http1;
    }
}
