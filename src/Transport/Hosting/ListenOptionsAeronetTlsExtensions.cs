using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>TLS by the Aeronet transport.</summary>
public static class ListenOptionsAeronetTlsExtensions
{
    /// <summary>Terminates TLS on the endpoint with one certificate. See <see cref="UseAeronetTls(ListenOptions, Action{AeronetTlsOptions})"/>.</summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="certificate">The certificate, with its private key.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    public static ListenOptions UseAeronetTls(this ListenOptions listenOptions, X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return listenOptions.UseAeronetTls(options => options.Certificates.Add(certificate));
    }

    /// <summary>
    /// Terminates TLS on the endpoint by OpenSSL 3, bound straight to the connection's socket, with kernel TLS where the
    /// kernel has it.
    /// </summary>
    /// <remarks>
    /// Adds Kestrel's <c>UseHttps</c> behind it with the same policies, which passes through what is done already and does
    /// the work where OpenSSL 3 is missing or the connection is another transport's; what it cannot do as strictly
    /// (revocation lists, groups, signature algorithms, cipher lists that are not plain names) then fails the start. Features
    /// that expose an <c>SslStream</c> are absent. With <c>CreateSlimBuilder</c>, call <c>UseKestrelHttpsConfiguration</c>.
    /// </remarks>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="configure">Sets the certificates and what else differs from the defaults.</param>
    /// <returns><paramref name="listenOptions"/>.</returns>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    public static ListenOptions UseAeronetTls(this ListenOptions listenOptions, Action<AeronetTlsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(listenOptions);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new AeronetTlsOptions();
        configure(options);
        TlsOptionsValidator.Validate(options);

        var services = listenOptions.ApplicationServices;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger(TransportLog.Category);
        if (OpenSslLibrary.Problem is { } problem)
        {
            if (options.Ktls == KtlsMode.Required)
            {
                throw new InvalidOperationException($"Ktls is Required and cannot be had: {problem}.");
            }

            Announce(problem);
        }
        else if (services.GetService<TlsMetrics>() is { } metrics)
        {
            UseOpenSsl(listenOptions, options, metrics, logger);
        }
        else
        {
            Announce("UseAeronetTransport was not called");
        }

        var fallback = new Lazy<KestrelFallback>(() => new KestrelFallback(options, listenOptions.Protocols, logger));
        return listenOptions.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = context => fallback.Value.SelectAsync(context),
            HandshakeTimeout = options.HandshakeTimeout,
        });

        void Announce(string reason)
        {
            // Now, so that what Kestrel cannot do fails the start; the protocols of the endpoint are known only later.
            new KestrelFallback(options, listenOptions.Protocols, logger).EnsureHolds(listenOptions.ToString()!, reason);
            TransportLog.TlsFallback(logger, listenOptions.ToString()!, reason);
        }
    }

    private static void UseOpenSsl(ListenOptions listenOptions, AeronetTlsOptions options, TlsMetrics metrics, ILogger logger)
    {
        var endPoint = listenOptions.ToString()!;
        var kernelTls = options.Ktls != KtlsMode.Disabled && KernelTls.IsAvailable;
        if (options.Ktls == KtlsMode.Required && !kernelTls)
        {
            throw new InvalidOperationException($"Ktls of {endPoint} is Required, and this kernel has no TLS: load the module tls (modprobe tls) or use Opportunistic.");
        }

        if (options.Ktls == KtlsMode.Enabled && !kernelTls)
        {
            TransportLog.NoKernelTls(logger, endPoint);
        }

        // Now, so that what cannot be used fails the start; the protocols of the endpoint are known only later.
        new TlsContexts(options, listenOptions.Protocols).Dispose();
        var contexts = new Lazy<TlsContexts>(() => new TlsContexts(options, listenOptions.Protocols));
        listenOptions.Use(next =>
        {
            TransportLog.TlsStarted(logger, endPoint, options.Ktls == KtlsMode.Disabled ? "off" : kernelTls ? "on" : "not in this kernel");
            return new TlsMiddleware(next, contexts.Value, options, metrics, logger).OnConnectionAsync;
        });
    }
}
