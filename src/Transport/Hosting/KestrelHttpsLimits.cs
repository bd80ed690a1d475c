using System.Security.Authentication;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>What Kestrel's HTTPS can be told to do and the transport's TLS cannot.</summary>
internal static class KestrelHttpsLimits
{
    /// <summary>Why an endpoint is left to Kestrel's HTTPS; null when it need not be.</summary>
    internal static string? WhyNot(EndpointConfiguration endpoint)
    {
        var https = endpoint.HttpsOptions;
        var hosts = KestrelSniSection.HostsOf(endpoint);
        ClientCertificateMode[] modes = [https.ClientCertificateMode, .. hosts.Select(host => host.ClientCertificateMode).OfType<ClientCertificateMode>()];
        SslProtocols[] protocols = [https.SslProtocols, .. hosts.Select(host => host.SslProtocols).OfType<SslProtocols>()];
        return https switch
        {
            { OnAuthenticate: not null } => "code sets HttpsConnectionAdapterOptions.OnAuthenticate",
            { ServerCertificateSelector: not null } => "code sets HttpsConnectionAdapterOptions.ServerCertificateSelector",
            { CheckCertificateRevocation: true } => "code sets HttpsConnectionAdapterOptions.CheckCertificateRevocation, which asks the authorities online",
            _ when modes.Contains(ClientCertificateMode.DelayCertificate) => "ClientCertificateMode is DelayCertificate",
            _ when protocols.Any(versions => (versions & ~TlsVersions.All) != 0) => "SslProtocols has versions before TLS 1.2",
            _ => null,
        };
    }
}
