using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Admission;
using Aeronet.AspNetCore.Transport.Tls.Fallback;
using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Status;
using Aeronet.AspNetCore.Transport.Tls.Tickets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
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
        TransportLog.CreateLogger(services.GetRequiredService<ILoggerFactory>());

    /// <summary>An endpoint's address for messages. Kestrel says http until its HTTPS has been added.</summary>
    internal static string NameOf(ListenOptions listenOptions) =>
        listenOptions.ToString()!.Replace("http://", "https://", StringComparison.Ordinal);

    /// <summary>
    /// Puts TLS on an endpoint: the transport's, and behind it Kestrel's by the same policies, which passes through what is
    /// done already and does the work where the first cannot.
    /// </summary>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    internal static ListenOptions Use(ListenOptions listenOptions, TlsSettings settings)
    {
        TlsOptionsValidator.Validate(settings);
        var options = settings.Options;
        var logger = LoggerOf(listenOptions.ApplicationServices);
        NoteExposed(settings, ContentRootOf(listenOptions.ApplicationServices));
        TlsWarnings.Report(listenOptions, settings, logger);
        var fallback = new Lazy<KestrelFallback>(() => new KestrelFallback(settings, listenOptions.Protocols, logger));
        if (TryUseOpenSsl(listenOptions, settings, logger) is { } problem)
        {
            // Now, so that what Kestrel cannot do fails the start; the protocols of the endpoint are known only later.
            var guardsRequests = listenOptions.ApplicationServices.GetService<TlsLibrary>() is not null;
            new KestrelFallback(settings, listenOptions.Protocols, logger).EnsureHolds(NameOf(listenOptions), problem, guardsRequests);
            TransportLog.TlsFallback(logger, NameOf(listenOptions), problem);
            ShowFallback(listenOptions, fallback, problem);
        }

        if (ClientHelloObservation.ObserverOf(options) is { } observer)
        {
            listenOptions.Use(next => new ClientHelloListener(next, observer, options.HandshakeTimeout).OnConnectionAsync);
        }

        return listenOptions.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = context => fallback.Value.SelectAsync(context),
            HandshakeTimeout = options.HandshakeTimeout,
        });
    }

    /// <summary>Adds the transport's TLS middleware. The reason why not, where it cannot run.</summary>
    private static string? TryUseOpenSsl(ListenOptions listenOptions, TlsSettings settings, ILogger logger)
    {
        var services = listenOptions.ApplicationServices;
        if (services.GetService<TlsLibrary>() is not { } library || services.GetService<TlsMetrics>() is not { } metrics)
        {
            return "UseAeronetTransport was not called";
        }

        var options = settings.Options;
        if (library.Problem is { } problem)
        {
            return options.Ktls != KtlsMode.Required
                ? problem
                : throw new InvalidOperationException($"{settings.NameOf(nameof(options.Ktls))} is Required and cannot be had: {problem}.");
        }

        CheckKernelTls(listenOptions, settings, logger);

        var ticketKeys = services.GetRequiredService<TicketKeyRings>().For(settings, ContentRootOf(services));

        // Now, so that what cannot be used fails the start; the protocols of the endpoint are known only later.
        new TlsContexts(settings, listenOptions.Protocols, ticketKeys).Dispose();
        var contexts = new Lazy<TlsContexts>(() => HandshakeCallbacks.Attach(new TlsContexts(settings, listenOptions.Protocols, ticketKeys)));
        var logs = new TlsLogs(services.GetRequiredService<ILoggerFactory>());
        var admission = HandshakeAdmission.Of(settings, services.GetRequiredService<AdmissionMetrics>(), logger, () => NameOf(listenOptions));
        var announced = 0;
        var status = services.GetRequiredService<TlsStatus>();
        listenOptions.Use(next =>
        {
            // Once, though localhost is built for either address family; now, for the address to say https.
            if (Interlocked.Exchange(ref announced, 1) == 0)
            {
                TransportLog.TlsStarted(logger, listenOptions.ToString()!, options.Ktls == KtlsMode.Disabled ? "disabled" : KernelTls.Describe());
                status.OnBinding(new BoundTlsEndpoint(listenOptions, contexts.Value.Default.Host, contexts.Value.Hosts, ticketKeys, fallbackReason: null));
            }

            return new TlsMiddleware(next, contexts.Value, options, metrics, logs, NameOf(listenOptions), admission).OnConnectionAsync;
        });
        return null;
    }

    private static void ShowFallback(ListenOptions listenOptions, Lazy<KestrelFallback> fallback, string reason)
    {
        if (listenOptions.ApplicationServices.GetService<TlsStatus>() is not { } status)
        {
            return;
        }

        var shown = new Lazy<BoundTlsEndpoint>(
            () => new BoundTlsEndpoint(listenOptions, fallback.Value.Default.Host, fallback.Value.Hosts, ticketKeys: null, reason));
        listenOptions.Use(next =>
        {
            status.OnBinding(shown.Value);
            return next;
        });
    }

    // The files of the tickets' keys are warned of together with those of certificates.
    private static void NoteExposed(TlsSettings settings, string contentRoot)
    {
        var keys = settings.Options.SessionTickets.Keys;
        IEnumerable<string> files = keys.SecretFile is { } secret ? keys.Files.Append(secret) : keys.Files;
        settings.ExposedKeyFiles.AddRange(files.Select(file => Path.Combine(contentRoot, file)).Where(path => File.Exists(path) && Files.IsReadableByAll(path)));
    }

    private static void CheckKernelTls(ListenOptions listenOptions, TlsSettings settings, ILogger logger)
    {
        var options = settings.Options;
        if (options.Ktls == KtlsMode.Disabled || KernelTls.IsAvailable)
        {
            return;
        }

        if (options.Ktls == KtlsMode.Required)
        {
            throw new InvalidOperationException($"{settings.NameOf(nameof(options.Ktls))} is Required, and {KernelTls.Remedy}, or use Opportunistic.");
        }

        if (options.Ktls == KtlsMode.Enabled)
        {
            TransportLog.NoKernelTls(logger, NameOf(listenOptions), KernelTls.Remedy);
        }
    }
}
