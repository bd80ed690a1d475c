using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>
/// Puts the transport's TLS on an https endpoint of Kestrel's configuration: the settings of <c>Aeronet:Tls</c>, and over
/// them what the endpoint says itself. Kestrel adds its own HTTPS behind, as ever.
/// </summary>
internal static class KestrelEndpoint
{
    // Marks the certificates that "dotnet dev-certs" makes.
    private const string DevelopmentCertificate = "1.3.6.1.4.1.311.84.1.1";

    private static readonly TimeSpan s_kestrelsHandshakeTimeout = new HttpsConnectionAdapterOptions().HandshakeTimeout;

    /// <summary>The callback for Kestrel's configuration loader.</summary>
    /// <param name="endpoint">The endpoint, as far as Kestrel has set it up.</param>
    /// <param name="kestrel">Kestrel's section.</param>
    internal static void UseTls(EndpointConfiguration endpoint, IConfiguration kestrel)
    {
        if (!endpoint.IsHttps)
        {
            return;
        }

        var services = endpoint.ListenOptions.ApplicationServices;
        var logger = TlsEndpoint.LoggerOf(services);
        var name = TlsEndpoint.NameOf(endpoint.ListenOptions);
        if (KestrelHttpsLimits.WhyNot(endpoint) is { } reason)
        {
            TransportLog.TlsFallback(logger, name, reason);
            return;
        }

        var settings = TlsEndpoint.ReadSettings(services, section: null, new ReadFiles());
        try
        {
            Use(endpoint, kestrel, settings, logger, name);
        }
        catch (Exception e) when (settings.Section is null && e is not OutOfMemoryException)
        {
            // All of it is Kestrel's, and Kestrel may well serve it; if it does not, it says what is wrong.
            TransportLog.TlsFallback(logger, name, $"its settings do not fit the transport's TLS: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"{endpoint.ConfigSection.Path}: {e.Message}", e);
        }
    }

    private static void Use(EndpointConfiguration endpoint, IConfiguration kestrel, TlsSettings settings, ILogger logger, string name)
    {
        var isChosen = Apply(endpoint, kestrel, settings);
        if (settings.Options.Certificates.Count == 0)
        {
            // Kestrel says so better: it knows where it has looked.
            return;
        }

        var served = CertificatesOf(settings);
        if (!isChosen && served.Any(certificate => certificate.Extensions[DevelopmentCertificate] is not null))
        {
            TransportLog.DevelopmentCertificate(logger, name);
            return;
        }

        var services = endpoint.ListenOptions.ApplicationServices;
        var source = new TlsSource(TlsEndpoint.SectionOf(services), files =>
        {
            var read = TlsEndpoint.ReadSettings(services, section: null, files);
            Apply(endpoint, kestrel, read);
            return read;
        });
        TlsEndpoint.Use(endpoint.ListenOptions, settings, source);
        foreach (var certificate in served)
        {
            if (settings.Origins.GetValueOrDefault(certificate) is { AllowInvalid: true } && CertificateChecks.ProblemNow(certificate) is { } problem)
            {
                TransportLog.CertificateNotCurrent(logger, certificate.Subject, name, problem);
            }
        }
    }

    /// <summary>Puts what Kestrel's sections say over what was read; false when the certificate is the one Kestrel finds where nothing names one.</summary>
    private static bool Apply(EndpointConfiguration endpoint, IConfiguration kestrel, TlsSettings settings)
    {
        ApplyOptions(endpoint, settings.Options);
        var isChosen = ApplyCertificate(endpoint, kestrel, settings);
        KestrelSniSection.Apply(endpoint, TlsEndpoint.ContentRootOf(endpoint.ListenOptions.ApplicationServices), settings);
        if (endpoint.HttpsOptions.ClientCertificateValidation is { } validation && TlsOptionsValidator.AsksAnybody(settings.Options))
        {
            // Kestrel takes a validation that nobody is subjected to (AllowAnyClientCertificate() with no mode) for none.
            settings.Options.ClientCertificateValidation = KestrelClientValidation.Adapt(validation);
        }

        return isChosen;
    }

    private static void ApplyOptions(EndpointConfiguration endpoint, AeronetTlsOptions options)
    {
        var https = endpoint.HttpsOptions;
        if (https.SslProtocols != 0)
        {
            options.Protocols = https.SslProtocols;
        }

        if (https.HandshakeTimeout != s_kestrelsHandshakeTimeout)
        {
            // Kestrel has no limits.
            options.HandshakeTimeout = TimeSpan.FromMilliseconds(Math.Clamp(https.HandshakeTimeout.TotalMilliseconds, 100, 600_000));
        }

        if (https.ClientCertificateMode != ClientCertificateMode.NoCertificate || endpoint.ConfigSection["ClientCertificateMode"] is not null)
        {
            options.ClientCertificates = ToClientCertificates(https.ClientCertificateMode);
        }

        options.OnClientHello = https.TlsClientHelloBytesCallback;

        if (endpoint.ConfigSection["Protocols"] is not null)
        {
            options.HttpProtocols = null;
        }
    }

    /// <summary>Sets the certificate; false when it is the one Kestrel finds where nothing names one.</summary>
    private static bool ApplyCertificate(EndpointConfiguration endpoint, IConfiguration kestrel, TlsSettings settings)
    {
        var (https, options) = (endpoint.HttpsOptions, settings.Options);
        var section = endpoint.ConfigSection.GetSection("Certificate");
        var isOwn = NamesCertificate(section);
        if (!isOwn && options.Certificates.Count > 0)
        {
            https.ServerCertificate = options.Certificates[0];
            https.ServerCertificateChain = options.Intermediates;
            return true;
        }

        if (https.ServerCertificate is { } certificate)
        {
            options.Certificates.Clear();
            options.Certificates.Add(certificate);
            AddChain(certificate, https.ServerCertificateChain, options.Intermediates);

            // Kestrel serves with it whatever its dates: only a warning, where code asked for nothing else.
            settings.Origins[certificate] = new CertificateOrigin(section.Path, "Path", section["Path"] ?? section["Subject"] ?? "", AllowInvalid: true);
        }

        var @default = kestrel.GetSection("Certificates:Default");
        CertificateReader.NoteKeyFile(isOwn ? section : @default, TlsEndpoint.ContentRootOf(endpoint.ListenOptions.ApplicationServices), settings);
        return isOwn || NamesCertificate(@default);
    }

    /// <summary>
    /// Adds the intermediates that came with a certificate, and those the system's and the user's stores have, as Kestrel does. Nothing
    /// is downloaded.
    /// </summary>
    internal static void AddChain(X509Certificate2 certificate, X509Certificate2Collection? given, X509Certificate2Collection intermediates)
    {
        var chain = SslStreamCertificateContext.Create(certificate, given, offline: true).IntermediateCertificates;
        intermediates.AddRange(given ?? []);
        intermediates.AddRange(chain.ToArray());
    }

    private static bool NamesCertificate(IConfigurationSection section) =>
        !string.IsNullOrEmpty(section["Path"]) || !string.IsNullOrEmpty(section["Subject"]);

    // Where Kestrel's hosts are all there are, the default certificate is nobody's.
    private static IReadOnlyList<X509Certificate2> CertificatesOf(TlsSettings settings)
    {
        var options = settings.Options;
        var ofDefault = settings.KestrelHostRules && options.RefuseUnknownHosts ? [] : options.Certificates;
        return [.. ofDefault.Concat(options.Hosts.Values.SelectMany(host => host.Certificates)).Distinct()];
    }

    internal static TlsClientCertificates ToClientCertificates(ClientCertificateMode mode) => mode switch
    {
        ClientCertificateMode.RequireCertificate => TlsClientCertificates.Require,
        ClientCertificateMode.AllowCertificate => TlsClientCertificates.Request,
        _ => TlsClientCertificates.Disabled,
    };
}
