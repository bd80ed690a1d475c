using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Puts the transport's TLS on endpoints.</summary>
internal static class TlsEndpoint
{
    /// <summary>Reads an endpoint's settings.</summary>
    /// <param name="services">The application's.</param>
    /// <param name="section">The section; null for <see cref="AeronetTlsOptions.SectionName"/>.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">One line for each thing that is wrong.</exception>
    internal static TlsSettings ReadSettings(IServiceProvider services, IConfiguration? section = null)
    {
        section ??= services.GetService<IConfiguration>()?.GetSection(AeronetTlsOptions.SectionName);
        return section is null ? new TlsSettings() : TlsOptionsReader.Read(section, ContentRootOf(services));
    }

    internal static string ContentRootOf(IServiceProvider services) =>
        services.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory;

    internal static ILogger LoggerOf(IServiceProvider services) =>
        services.GetRequiredService<ILoggerFactory>().CreateLogger(TransportLog.Category);

    /// <summary>An endpoint's address for messages. Kestrel says http until its HTTPS has been added.</summary>
    internal static string NameOf(ListenOptions listenOptions) =>
        listenOptions.ToString()!.Replace("http://", "https://", StringComparison.Ordinal);

    /// <summary>
    /// Adds the TLS middleware to an endpoint. Where it cannot run that is logged, and Kestrel's HTTPS, which the caller adds
    /// behind it, does the work.
    /// </summary>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    internal static void Use(ListenOptions listenOptions, TlsSettings settings)
    {
        TlsOptionsValidator.Validate(settings);
        var services = listenOptions.ApplicationServices;
        var logger = LoggerOf(services);
        var endPoint = NameOf(listenOptions);
        if (services.GetService<TlsLibrary>() is not { } library || services.GetService<TlsMetrics>() is not { } metrics)
        {
            TransportLog.TlsFallback(logger, endPoint, "UseAeronetTransport was not called");
            return;
        }

        var options = settings.Options;
        if (library.Problem is { } problem)
        {
            if (options.Ktls == KtlsMode.Required)
            {
                throw new InvalidOperationException($"{settings.NameOf(nameof(options.Ktls))} is Required and cannot be had: {problem}.");
            }

            TransportLog.TlsFallback(logger, endPoint, problem);
            return;
        }

        var kernelTls = options.Ktls != KtlsMode.Disabled && KernelTls.IsAvailable;
        if (options.Ktls == KtlsMode.Required && !kernelTls)
        {
            throw new InvalidOperationException($"{settings.NameOf(nameof(options.Ktls))} is Required, and {KernelTls.Remedy}, or use Opportunistic.");
        }

        if (options.Ktls == KtlsMode.Enabled && !kernelTls)
        {
            TransportLog.NoKernelTls(logger, endPoint, KernelTls.Remedy);
        }

        // Now, so that what cannot be used fails the start; the protocols of the endpoint are known only later.
        new TlsContexts(settings, listenOptions.Protocols).Dispose();
        var contexts = new Lazy<TlsContexts>(() => new TlsContexts(settings, listenOptions.Protocols));
        var announced = 0;
        listenOptions.Use(next =>
        {
            // Once, though localhost is built for either address family; now, for the address to say https.
            if (Interlocked.Exchange(ref announced, 1) == 0)
            {
                TransportLog.TlsStarted(logger, listenOptions.ToString()!, options.Ktls == KtlsMode.Disabled ? "disabled" : KernelTls.Describe());
            }

            return new TlsMiddleware(next, contexts.Value, options, metrics, logger).OnConnectionAsync;
        });
    }
}
