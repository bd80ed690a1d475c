using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>Starts applications whose endpoint is the transport's own TLS.</summary>
internal static class TlsHost
{
    public static Task<KestrelHost> StartAsync(
        RequestDelegate handler,
        Action<AeronetTlsOptions>? tls = null,
        Action<AeronetTransportOptions>? transport = null,
        Action<KestrelServerOptions>? kestrel = null,
        TransportKind kind = TransportKind.Aeronet,
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
        => KestrelHost.StartAsync(kind, new KestrelHostOptions
        {
            Listen = listen =>
            {
                listen.UseAeronetTls(options =>
                {
                    // However long the machine keeps both sides from it.
                    options.HandshakeTimeout = TimeSpan.FromMinutes(1);
                    tls?.Invoke(options);
                    if (options.Certificates.Count == 0)
                        options.Certificates.Add(Certificates.Ecdsa);
                });

                // After it: the endpoint's protocols are read when the server starts.
                listen.Protocols = protocols;
            },
            Transport = transport,
            Kestrel = kestrel,
            App = app => app.Run(handler),
        });

    public static Task<KestrelHost> StartAsync(Action<WebApplication> app)
        => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(Certificates.Ecdsa),
            App = app,
        });
}
