using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>Servers that share nothing but what their settings say, each with a clock of its own.</summary>
internal static class TicketServers
{
    public static Task<KestrelHost> StartAsync(
        Action<AeronetTlsOptions>? tls = null, TimeProvider? time = null, Action<IServiceCollection>? services = null, System.Security.Cryptography.X509Certificates.X509Certificate2? certificate = null)
        => KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(options =>
            {
                options.Certificates.Add(certificate ?? Certificates.Ecdsa);
                tls?.Invoke(options);
            }),
            Builder = builder =>
            {
                if (time is not null)
                    builder.Services.AddSingleton(time);

                services?.Invoke(builder.Services);
            },
            App = app => app.Run(context => context.Response.WriteAsync("ok")),
        });

    public static IReadOnlyList<TlsTicketKeyStatus> KeysOf(KestrelHost host) =>
        host.Services.GetRequiredService<IAeronetTlsStatus>().Endpoints[0].TicketKeys;
}
