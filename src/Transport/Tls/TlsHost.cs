using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>What holds for one host of an endpoint: its own options, and where they are silent the endpoint's.</summary>
internal sealed class TlsHost
{
    internal TlsHost(AeronetTlsOptions endpoint, AeronetTlsHostOptions host, string name, HttpProtocols endpointProtocols)
    {
        Name = name;
        Ktls = endpoint.Ktls;
        var owner = host.Certificates.Count > 0 ? host : endpoint;
        Certificates = [.. owner.Certificates];
        Intermediates = owner.Intermediates;
        CipherPolicy = host.CipherPolicy ?? endpoint.CipherPolicy ?? TlsCipherPolicy.Intermediate;
        Protocols = (host.Protocols ?? endpoint.Protocols ?? TlsVersions.All) & CipherPolicies.VersionsOf(CipherPolicy);
        var policy = CipherPolicies.Of(CipherPolicy);
        CipherList = policy.CipherList ?? host.CipherList ?? endpoint.CipherList;
        CipherSuites = policy.CipherSuites ?? host.CipherSuites ?? endpoint.CipherSuites;
        if (Ktls == KtlsMode.Required)
        {
            CipherList = CipherPolicies.CipherListForKernel(CipherList);
            CipherSuites = CipherPolicies.CipherSuitesForKernel(CipherSuites);
        }

        Groups = host.Groups ?? endpoint.Groups ?? policy.Groups;
        SignatureAlgorithms = host.SignatureAlgorithms ?? endpoint.SignatureAlgorithms;
        ApplicationProtocols = Alpn(host.HttpProtocols ?? endpoint.HttpProtocols ?? endpointProtocols);
        ClientCertificates = host.ClientCertificates ?? endpoint.ClientCertificates ?? TlsClientCertificates.Disabled;
        TrustedClientAuthorities = host.TrustedClientAuthorities.Count > 0 ? host.TrustedClientAuthorities : endpoint.TrustedClientAuthorities;
        RevocationLists = host.RevocationLists.Count > 0 ? [.. host.RevocationLists] : [.. endpoint.RevocationLists];
        ClientCertificateValidation = host.ClientCertificateValidation ?? endpoint.ClientCertificateValidation;
    }

    /// <summary>For messages: <c>the default host</c> or <c>host 'www.example.com'</c>.</summary>
    internal string Name { get; }

    internal KtlsMode Ktls { get; }

    internal X509Certificate2[] Certificates { get; }

    internal X509Certificate2Collection Intermediates { get; }

    internal TlsCipherPolicy CipherPolicy { get; }

    internal SslProtocols Protocols { get; }

    /// <summary>TLS 1.2 suites; null for OpenSSL's default.</summary>
    internal string? CipherList { get; }

    /// <summary>TLS 1.3 suites; null for OpenSSL's default.</summary>
    internal string? CipherSuites { get; }

    internal string? Groups { get; }

    internal string? SignatureAlgorithms { get; }

    /// <summary>ALPN ids in the server's order, each preceded by its length (RFC 7301, section 3.1).</summary>
    internal byte[] ApplicationProtocols { get; }

    internal TlsClientCertificates ClientCertificates { get; }

    internal X509Certificate2Collection TrustedClientAuthorities { get; }

    internal byte[][] RevocationLists { get; }

    internal Func<X509Certificate2, X509Certificate2Collection, string?, bool>? ClientCertificateValidation { get; }

    private static byte[] Alpn(HttpProtocols protocols) =>
    [
        .. protocols.HasFlag(HttpProtocols.Http2) ? "\x02h2"u8 : [],
        .. protocols.HasFlag(HttpProtocols.Http1) ? "\x08http/1.1"u8 : [],
    ];
}
