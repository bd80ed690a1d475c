using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Admission;
using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.Fallback;
using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.KeyLog;
using Aeronet.AspNetCore.Transport.Tls.Observers;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Revocation;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
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
    /// <param name="files">Gets the files that were looked at.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">One line for each thing that is wrong.</exception>
    internal static TlsSettings ReadSettings(IServiceProvider services, IConfiguration? section, ReadFiles files)
    {
        section ??= SectionOf(services);
        var settings = section is null ? new TlsSettings() : TlsOptionsReader.Read(section, ContentRootOf(services), files);
        settings.HasRevocationChecker = services.GetService<ITlsRevocationChecker>() is not null;
        return settings;
    }

    /// <summary>The section of endpoints that have none of their own.</summary>
    internal static IConfiguration? SectionOf(IServiceProvider services) => services.GetService<IConfiguration>()?.GetSection(AeronetTlsOptions.SectionName);

    internal static string ContentRootOf(IServiceProvider services) =>
        services.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory;

    // Two objects, of which builder.Environment is the web host's.
    private static IHostEnvironment? EnvironmentOf(IServiceProvider services) =>
        services.GetService<IWebHostEnvironment>() ?? services.GetService<IHostEnvironment>();

    internal static ILogger LoggerOf(IServiceProvider services) =>
        TransportLog.CreateLogger(services.GetRequiredService<ILoggerFactory>());

    /// <summary>An endpoint's address for messages. Kestrel says http until its HTTPS has been added.</summary>
    internal static string NameOf(ListenOptions listenOptions) =>
        listenOptions.ToString()!.Replace("http://", "https://", StringComparison.Ordinal);

    /// <summary>
    /// Puts TLS on an endpoint: the transport's, and behind it Kestrel's by the same policies, which passes through what is
    /// done already and does the work where the first cannot.
    /// </summary>
    /// <param name="listenOptions">The endpoint.</param>
    /// <param name="settings">What was read.</param>
    /// <param name="source">Where it was read from, and is again when that changes.</param>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    internal static ListenOptions Use(ListenOptions listenOptions, TlsSettings settings, TlsSource source)
    {
        TlsOptionsValidator.Validate(settings);
        var options = settings.Options;
        var logger = LoggerOf(listenOptions.ApplicationServices);
        NoteExposed(settings, ContentRootOf(listenOptions.ApplicationServices));
        TlsWarnings.Report(listenOptions, settings, logger);
        string? problem = null;
        EndpointTicketKeys? ticketKeys = null;
        KeyLogFile? keyLog = null;
        var stapler = listenOptions.ApplicationServices.GetService<TlsStapler>();
        var states = new TlsStateHolder(() => Make(settings));
        problem = TryUseOpenSsl(listenOptions, settings, states, logger, out ticketKeys, out keyLog);
        if (problem is not null)
        {
            // Now, so that what Kestrel cannot do fails the start; the protocols of the endpoint are known only later.
            EnsureHolds(new KestrelFallback(settings, listenOptions.Protocols, logger));
            TransportLog.TlsFallback(logger, NameOf(listenOptions), problem);
        }

        ShowWhenBound(listenOptions, states, ticketKeys, (isBound, library) => new ReloadableTls(source, settings, Remake, states, library, () => NameOf(listenOptions), isBound, stapler));

        if (ClientHelloObservation.ObserverOf(options) is { } observer)
        {
            listenOptions.Use(next => new ClientHelloListener(next, observer, options.HandshakeTimeout).OnConnectionAsync);
        }

        return listenOptions.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = context => states.Take().Fallback.SelectAsync(context),
            HandshakeTimeout = options.HandshakeTimeout,
        });

        TlsState Make(TlsSettings read) => MakeState(listenOptions, read, ticketKeys, stapler, keyLog, logger, problem);

        // As at the start, and all of it before the first handshake.
        TlsState Remake(TlsSettings read)
        {
            TlsOptionsValidator.Validate(read);
            RequireKernelTls(read);
            var state = Make(read);
            if (problem is not null)
            {
                EnsureHolds(state.Fallback);
                return state;
            }

            stapler?.AwaitDemanded(state.Contexts!.Staples);
            if (listenOptions.Protocols.HasFlag(HttpProtocols.Http3))
            {
                _ = state.Fallback;
            }

            return state;
        }

        void EnsureHolds(KestrelFallback fallback) =>
            fallback.EnsureHolds(NameOf(listenOptions), problem!, guardsRequests: listenOptions.ApplicationServices.GetService<TlsLibrary>() is not null);
    }

    /// <summary>Adds the transport's TLS middleware. The reason why not, where it cannot run.</summary>
    private static string? TryUseOpenSsl(ListenOptions listenOptions, TlsSettings settings, TlsStateHolder states, ILogger logger, out EndpointTicketKeys? ticketKeys, out KeyLogFile? keyLog)
    {
        ticketKeys = null;
        keyLog = null;
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

        ticketKeys = new EndpointTicketKeys(services.GetRequiredService<TicketKeyRings>(), ContentRootOf(services));
        keyLog = OpenKeyLog(listenOptions, settings, logger);

        // Now, so that what cannot be used fails the start; the protocols of the endpoint are known only later.
        new TlsContexts(settings, listenOptions.Protocols, ticketKeys).Dispose();
        var observers = services.GetService<HandshakeObservers>() is { IsEmpty: false } some ? some : null;
        var logs = new TlsLogs(services.GetRequiredService<ILoggerFactory>());
        var admission = HandshakeAdmission.Of(settings, services.GetRequiredService<AdmissionMetrics>(), observers, logger, () => NameOf(listenOptions));
        var announced = 0;
        listenOptions.Use(next =>
        {
            // Once, though localhost is built for either address family; now, for the address to say https.
            if (Interlocked.Exchange(ref announced, 1) == 0)
            {
                TransportLog.TlsStarted(logger, listenOptions.ToString()!, options.Ktls == KtlsMode.Disabled ? "disabled" : KernelTls.Describe());
            }

            // Before the first client, who is not to wait for it.
            _ = states.Take();
            return new TlsMiddleware(next, states, metrics, logs, observers, NameOf(listenOptions), admission).OnConnectionAsync;
        });
        return null;
    }

    /// <summary>Makes a state of what was read.</summary>
    /// <param name="listenOptions">The endpoint, whose protocols are known when it is bound.</param>
    /// <param name="settings">What was read, checked.</param>
    /// <param name="ticketKeys">Has what session tickets are under, the same for all states of an endpoint.</param>
    /// <param name="stapler">Has the staples of certificates.</param>
    /// <param name="keyLog">Where secrets are written, likewise; null for nowhere.</param>
    /// <param name="logger">The transport's.</param>
    /// <param name="fallbackReason">Why Kestrel's TLS serves it; null where the transport's does.</param>
    /// <exception cref="InvalidOperationException">An option or a certificate cannot be used; the message says which and why.</exception>
    private static TlsState MakeState(ListenOptions listenOptions, TlsSettings settings, EndpointTicketKeys? ticketKeys, TlsStapler? stapler, KeyLogFile? keyLog, ILogger logger, string? fallbackReason)
    {
        var fallback = new Lazy<KestrelFallback>(() => new KestrelFallback(settings, listenOptions.Protocols, logger));
        if (fallbackReason is not null)
        {
            var shown = new Lazy<TlsEndpointStatus>(() => BoundTlsEndpoint.Describe(fallback.Value.Default.Host, fallback.Value.Hosts, fallbackReason));
            return new TlsState(settings.Options, contexts: null, fallback, shown);
        }

        var revocation = listenOptions.ApplicationServices.GetService<ClientRevocation>();
        var contexts = HandshakeCallbacks.Attach(new TlsContexts(settings, listenOptions.Protocols, ticketKeys, stapler) { KeyLog = keyLog }, revocation);

        // At the start and after a reload the first clients find the lists there, unless their servers are slow.
        contexts.AwaitRevocationLists();
        return new TlsState(
            settings.Options, contexts, fallback,
            new Lazy<TlsEndpointStatus>(() => BoundTlsEndpoint.Describe(contexts.Default.Host, contexts.Hosts, fallbackReason: null)));
    }

    /// <summary>Shows the endpoint, and looks after its certificates, from when it is bound.</summary>
    private static void ShowWhenBound(ListenOptions listenOptions, TlsStateHolder states, EndpointTicketKeys? ticketKeys, Func<Func<bool>, bool, ReloadableTls> reloadable)
    {
        var services = listenOptions.ApplicationServices;
        if (services.GetService<TlsStatus>() is not { } status || services.GetService<TlsCertificateManager>() is not { } certificates)
        {
            return;
        }

        var shown = new BoundTlsEndpoint(listenOptions, () => states.Take().Status, () => states.Take().Contexts?.Staples ?? [], ticketKeys);
        var looked = reloadable(() => status.IsBound(shown), services.GetService<TlsLibrary>() is { Problem: null });
        var bound = new Once();
        listenOptions.Use(next =>
        {
            // Once, though localhost is built for either address family.
            if (bound.TryTake())
            {
                status.OnBinding(shown);
                certificates.Add(looked);
                services.GetService<TlsStapler>()?.Add(looked);
            }

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

    private static KeyLogFile? OpenKeyLog(ListenOptions listenOptions, TlsSettings settings, ILogger logger)
    {
        var options = settings.Options;
        var services = listenOptions.ApplicationServices;
        return KeyLogFile.Open(
            options.KeyLogFile is { } path ? Path.Combine(ContentRootOf(services), path) : null,
            settings.NameOf(nameof(options.KeyLogFile)),
            options.AllowKeyLogOutsideDevelopment || EnvironmentOf(services)?.IsDevelopment() == true,
            NameOf(listenOptions),
            logger);
    }

    private static void CheckKernelTls(ListenOptions listenOptions, TlsSettings settings, ILogger logger)
    {
        var options = settings.Options;
        if (options.Ktls == KtlsMode.Disabled || KernelTls.IsAvailable)
        {
            return;
        }

        RequireKernelTls(settings);
        if (options.Ktls == KtlsMode.Enabled)
        {
            TransportLog.NoKernelTls(logger, NameOf(listenOptions), KernelTls.Remedy);
        }
    }

    private static void RequireKernelTls(TlsSettings settings)
    {
        if (settings.Options.Ktls == KtlsMode.Required && !KernelTls.IsAvailable)
        {
            throw new InvalidOperationException($"{settings.NameOf(nameof(settings.Options.Ktls))} is Required, and {KernelTls.Remedy}, or use Opportunistic.");
        }
    }
}
