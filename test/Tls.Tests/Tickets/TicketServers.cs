using System.Net;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Tls.Tests.Tickets;

/// <summary>Servers that share nothing but what their settings say, each with a clock of its own.</summary>
internal static class TicketServers
{
    public static Task<KestrelHost> StartAsync(
        Action<AeronetTlsOptions>? tls = null, TimeProvider? time = null, Action<IServiceCollection>? services = null, X509Certificate2? certificate = null, int? port = null)
    {
        return KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            DefaultEndpoint = port is null,
            Listen = Listen,
            Kestrel = kestrel =>
            {
                if (port is { } shared)
                    kestrel.Listen(IPAddress.Loopback, shared, Listen);
            },
            Transport = transport => transport.ReusePort = port is not null,
            Builder = builder =>
            {
                if (time is not null)
                    builder.Services.AddSingleton(time);

                services?.Invoke(builder.Services);
            },
            App = app => app.Run(context => context.Response.WriteAsync($"served by {Environment.ProcessId}")),
        });

        void Listen(ListenOptions listen) => listen.UseAeronetTls(options =>
        {
            options.Certificates.Add(certificate ?? Certificates.Ecdsa);
            tls?.Invoke(options);
        });
    }

    public static void AddRedis(IServiceCollection services, string port) =>
        services.AddStackExchangeRedisCache(redis => redis.Configuration = $"127.0.0.1:{port},abortConnect=false,connectTimeout=1000,asyncTimeout=1000");

    public static IReadOnlyList<TlsTicketKeyStatus> KeysOf(KestrelHost host) =>
        host.Services.GetRequiredService<IAeronetTlsStatus>().Endpoints[0].TicketKeys;
}
