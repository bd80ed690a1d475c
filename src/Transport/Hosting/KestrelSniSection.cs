using Aeronet.AspNetCore.Transport.Configuration;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Server.Kestrel;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Carries an endpoint's <c>Sni</c> section over to the transport's hosts.</summary>
internal static class KestrelSniSection
{
    private const string Everyone = "*";

    internal static IReadOnlyList<KestrelSniHost> HostsOf(EndpointConfiguration endpoint) =>
        [.. endpoint.ConfigSection.GetSection("Sni").GetChildren().Select(section => new KestrelSniHost(section))];

    /// <summary>Makes the section's hosts hosts of the settings, and <c>*</c> the default one; without <c>*</c> nobody else is served.</summary>
    internal static void Apply(EndpointConfiguration endpoint, string contentRoot, TlsSettings settings)
    {
        var hosts = HostsOf(endpoint);
        if (hosts.Count == 0)
        {
            return;
        }

        var options = settings.Options;
        foreach (var host in hosts.Where(host => host.Name != Everyone))
        {
            options.Hosts[host.Name] = ToOptions(host, endpoint, contentRoot, settings);
        }

        settings.KestrelHostRules = true;
        options.RefuseUnknownHosts = !hosts.Any(host => host.Name == Everyone);
        if (hosts.FirstOrDefault(host => host.Name == Everyone) is { } everyone)
        {
            CopyTo(options, ToOptions(everyone, endpoint, contentRoot, settings));
        }

        // A context needs a certificate, even one that answers no client.
        if (options.Certificates.Count == 0 && options.RefuseUnknownHosts && options.Hosts.Values.FirstOrDefault(host => host.Certificates.Count > 0) is { } any)
        {
            options.Certificates.Add(any.Certificates[0]);
        }
    }

    // Complete, because Kestrel takes what a host leaves open from the endpoint, not from "*".
    private static AeronetTlsHostOptions ToOptions(KestrelSniHost host, EndpointConfiguration endpoint, string contentRoot, TlsSettings settings)
    {
        var options = settings.Options;
        var result = new AeronetTlsHostOptions
        {
            Protocols = host.SslProtocols is { } protocols && protocols != 0 ? protocols : options.Protocols,
            HttpProtocols = host.Protocols ?? options.HttpProtocols ?? endpoint.ListenOptions.Protocols,
            ClientCertificates = host.ClientCertificateMode is { } mode ? KestrelEndpoint.ToClientCertificates(mode) : options.ClientCertificates ?? TlsClientCertificates.Disabled,
        };
        if (host.HasCertificate)
        {
            TlsOptionsReader.ReadCertificate(host.Certificate, contentRoot, settings, result);
            var certificate = result.Certificates[0];
            settings.Origins[certificate] = settings.Origins[certificate] with { AllowInvalid = true };
            KestrelEndpoint.AddChain(certificate, [.. result.Intermediates], result.Intermediates);
        }
        else
        {
            CopyCertificates(result, options);
        }

        return result;
    }

    private static void CopyTo(AeronetTlsOptions options, AeronetTlsHostOptions host)
    {
        options.Protocols = host.Protocols;
        options.HttpProtocols = host.HttpProtocols;
        options.ClientCertificates = host.ClientCertificates;
        CopyCertificates(options, host);
    }

    private static void CopyCertificates(AeronetTlsHostOptions to, AeronetTlsHostOptions from)
    {
        to.Certificates.Clear();
        foreach (var certificate in from.Certificates)
        {
            to.Certificates.Add(certificate);
        }

        to.Intermediates.AddRange(from.Intermediates);
    }
}
