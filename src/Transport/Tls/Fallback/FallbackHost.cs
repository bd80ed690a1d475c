using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Fallback;

/// <summary>One host's policy for Kestrel's own HTTPS.</summary>
internal sealed class FallbackHost
{
    private static readonly Oid s_clientAuthentication = new("1.3.6.1.5.5.7.3.2"); // RFC 5280, section 4.2.1.12

    private readonly TlsHost _host;
    private readonly TlsCipherSuite[]? _suites;
    private readonly List<SslApplicationProtocol> _protocols;
    private readonly SslStreamCertificateContext? _certificate;

    internal FallbackHost(TlsHost host)
    {
        _host = host;
        _suites = CipherSuiteNames.TryParse(host.CipherList, host.CipherSuites);
        _protocols = [.. Protocols(host.ApplicationProtocols)];

        // The names are sent where the platform can; whether they are trusted is Validate's.
        var trust = host.TrustedClientAuthorities.Count > 0 && OperatingSystem.IsLinux()
            ? SslCertificateTrust.CreateForX509Collection(host.TrustedClientAuthorities, sendTrustInHandshake: true)
            : null;

        // One whose key is OpenSSL's alone is not for it.
        var certificate = host.Certificates.FirstOrDefault(certificate => certificate.HasPrivateKey);
        _certificate = certificate is null ? null : SslStreamCertificateContext.Create(certificate, host.Intermediates, offline: true, trust);
    }

    /// <summary>What Kestrel's HTTPS cannot do of the policy, and serving without it would be less safe; null when nothing.</summary>
    internal string? Lacks =>
        _certificate is null ? $"the key of '{_host.Certificates[0].Subject}'"
        : _host.RevocationLists.Length > 0 ? "RevocationLists"
        : _host.RevocationUrls.Length > 0 ? "RevocationUrls"
        : _host is { IsOpen: false, HasRevocationChecker: true } ? "what the ITlsRevocationChecker among the services is for"
        : _host.RequiresPostQuantum ? "RequirePostQuantum"
        : _host.Groups is not null ? "Groups"
        : _host.SignatureAlgorithms is not null ? "SignatureAlgorithms"
        : _host.CipherPolicy == TlsCipherPolicy.Custom && (_suites is null || !OperatingSystem.IsLinux()) ? $"CipherList '{_host.CipherList}'"
        : null;

    internal TlsHost Host => _host;

    internal SslServerAuthenticationOptions CreateOptions(ILogger logger, string connectionId)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate,
            EnabledSslProtocols = _host.Protocols,
            ApplicationProtocols = _protocols,
            AllowRenegotiation = false,

            // SslStream would not ask again about a client's certificate.
            AllowTlsResume = _host is { IsResumable: true, IsOpen: true },
            ClientCertificateRequired = _host.ClientCertificates != TlsClientCertificates.Disabled,
        };
        if (_suites is not null && OperatingSystem.IsLinux())
        {
            // Elsewhere the suites are the system's.
            options.CipherSuitesPolicy = new CipherSuitesPolicy(_suites);
        }

        if (options.ClientCertificateRequired)
        {
            options.CertificateChainPolicy = ChainPolicy();
            options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Validate(certificate, chain, errors, logger, connectionId);
        }

        return options;
    }

    private static IEnumerable<SslApplicationProtocol> Protocols(byte[] list)
    {
        for (var i = 0; i < list.Length; i += list[i] + 1)
        {
            yield return new SslApplicationProtocol(list.AsSpan(i + 1, list[i]).ToArray());
        }
    }

    private X509ChainPolicy ChainPolicy()
    {
        // Nothing is fetched on a client's behalf.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(s_clientAuthentication);
        if (_host.TrustedClientAuthorities.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_host.TrustedClientAuthorities);
        }

        return policy;
    }

    private bool Validate(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, ILogger logger, string connectionId)
    {
        if (certificate is null)
        {
            return _host.ClientCertificates != TlsClientCertificates.Require;
        }

        if (_host.ClientCertificateValidation is not { } validation)
        {
            return errors == SslPolicyErrors.None;
        }

        var reasons = chain?.ChainStatus.Select(status => status.StatusInformation).Distinct() ?? [];
        var reason = errors == SslPolicyErrors.None ? null : string.Join("; ", reasons.DefaultIfEmpty(errors.ToString()));
        try
        {
            return validation((X509Certificate2)certificate, chain?.ChainPolicy.ExtraStore ?? [], reason);
        }
        catch (Exception failure)
        {
            TransportLog.ClientCertificateValidationFailed(logger, connectionId, failure);
            return false;
        }
    }
}
