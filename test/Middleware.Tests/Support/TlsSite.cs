using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Middleware.Tests.Support;

/// <summary>Applications whose first endpoint is an https one of the Aeronet transport.</summary>
internal static class TlsSite
{
    /// <summary>What <see cref="OpensslClient"/> sends for one answer.</summary>
    public const string Get = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    public static X509Certificate2 Certificate { get; } = TestCertificate.Create();

    public static Task<KestrelHost> StartAsync(
        Action<WebApplication> app,
        Action<AeronetTlsOptions>? tls = null,
        Action<WebApplicationBuilder>? builder = null,
        IReadOnlyDictionary<string, string?>? settings = null) =>
        KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            Listen = listen => listen.UseAeronetTls(options =>
            {
                options.Certificates.Add(Certificate);
                tls?.Invoke(options);
            }),
            Builder = application =>
            {
                application.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
                builder?.Invoke(application);
            },
            App = app,
        });
}
