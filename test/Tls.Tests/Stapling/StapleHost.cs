using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary>Starts servers whose certificates are stapled.</summary>
internal static class StapleHost
{
    public static Task<KestrelHost> StartAsync(StapleAuthority authority, X509Certificate2 certificate, Action<AeronetTlsOptions>? tls = null, TimeProvider? time = null) =>
        StartAsync(options =>
        {
            options.Certificates.Add(certificate);
            options.Intermediates.Add(authority.Certificate);
            tls?.Invoke(options);
        }, time);

    public static Task<KestrelHost> StartAsync(Action<AeronetTlsOptions> tls, TimeProvider? time = null, Action<WebApplicationBuilder>? builder = null) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(tls),
            Builder = application =>
            {
                if (time is not null)
                    application.Services.AddSingleton(time);

                builder?.Invoke(application);
            },
            App = app => app.Run(context => context.Response.WriteAsync("served")),
        });
}
