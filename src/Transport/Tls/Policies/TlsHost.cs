using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>What holds for one host of an endpoint: its own options, and where they are silent the endpoint's.</summary>
internal sealed class TlsHost
{
    private readonly TlsSettings _settings;
    private readonly byte[] _clientTrust;

    /// <param name="settings">The endpoint's.</param>
    /// <param name="host">The host's own options; the endpoint's for the default host.</param>
    /// <param name="name">The host's name; null for the default host.</param>
    /// <param name="endpointProtocols">The HTTP versions of the endpoint.</param>
    internal TlsHost(TlsSettings settings, AeronetTlsHostOptions host, string? name, HttpProtocols endpointProtocols)
    {
        var endpoint = settings.Options;
        _settings = settings;
        ServerName = name;
        Name = name is null ? "the default host" : $"host '{name}'";
        Ktls = endpoint.Ktls;
        Tickets = endpoint.SessionTickets;
        var owner = host.Certificates.Count > 0 ? host : endpoint;
        Certificates = [.. owner.Certificates];
        Intermediates = owner.Intermediates;
        Stapling = new StaplePolicy(host.OcspStapling, endpoint.OcspStapling, owner.OcspStapling);
        CipherPolicy = host.CipherPolicy ?? endpoint.CipherPolicy ?? TlsCipherPolicy.Intermediate;
        var protocols = host.Protocols ?? endpoint.Protocols ?? TlsVersions.All;
        Protocols = protocols & CipherPolicies.VersionsOf(CipherPolicy);
        if (Protocols == 0)
        {
            throw new InvalidOperationException($"{NameOf("CipherPolicy")} is {CipherPolicy}, which is TLS 1.3, and Protocols is {protocols}: add Tls13 or use Intermediate.");
        }

        RequiresPostQuantum = host.RequirePostQuantum ?? endpoint.RequirePostQuantum ?? false;
        if (RequiresPostQuantum && (Protocols &= TlsVersions.Tls13) == 0)
        {
            throw new InvalidOperationException($"{NameOf("RequirePostQuantum")} is true, which is TLS 1.3, and Protocols is {protocols}: add Tls13, or set it to false.");
        }

        var isCustom = CipherPolicy == TlsCipherPolicy.Custom;
        CipherList = (isCustom ? host.CipherList ?? endpoint.CipherList : null) ?? CipherPolicies.CipherListOf(CipherPolicy);
        CipherSuites = (isCustom ? host.CipherSuites ?? endpoint.CipherSuites : null) ?? CipherPolicies.Suites;
        if (Ktls == KtlsMode.Required)
        {
            CipherList = CipherPolicies.CipherListForKernel(CipherList);
            CipherSuites = CipherPolicies.CipherSuitesForKernel(CipherSuites);
        }

        OfferedCiphers = WeakCiphers.WithoutShortTags(CipherList);

        // Groups are part of a policy: a host with one of its own does not take those of the endpoint's.
        Groups = host.Groups ?? (host.CipherPolicy is null ? endpoint.Groups : null);
        if (RequiresPostQuantum && Groups is { } groups)
        {
            Groups = PostQuantum.Among(groups)
                ?? throw new InvalidOperationException($"{NameOf("Groups")} is '{groups}', of which none is post-quantum, and RequirePostQuantum is true: add X25519MLKEM768, or remove Groups.");
        }

        SignatureAlgorithms = host.SignatureAlgorithms ?? endpoint.SignatureAlgorithms;
        ApplicationProtocols = Alpn(host.HttpProtocols ?? endpoint.HttpProtocols ?? endpointProtocols);
        ClientCertificates = host.ClientCertificates ?? endpoint.ClientCertificates ?? TlsClientCertificates.Disabled;
        TrustedClientAuthorities = host.TrustedClientAuthorities.Count > 0 ? host.TrustedClientAuthorities : endpoint.TrustedClientAuthorities;
        RevocationLists = host.RevocationLists.Count > 0 ? [.. host.RevocationLists] : [.. endpoint.RevocationLists];
        RevocationUrls = host.RevocationUrls.Count > 0 ? [.. host.RevocationUrls] : [.. endpoint.RevocationUrls];
        RevocationFailure = host.RevocationFailure ?? endpoint.RevocationFailure ?? TlsRevocationFailure.Hard;
        Revocation = endpoint.Revocation;
        ClientCertificateValidation = host.ClientCertificateValidation ?? endpoint.ClientCertificateValidation;
        _clientTrust = IsOpen ? [] : ClientTrust.DigestOf(TrustedClientAuthorities, RevocationLists, RevocationUrls, RevocationFailure);
    }

    /// <summary>For messages: <c>the default host</c> or <c>host 'www.example.com'</c>.</summary>
    internal string Name { get; }

    /// <summary>The name in the options; null for the default host.</summary>
    internal string? ServerName { get; }

    internal KtlsMode Ktls { get; }

    internal X509Certificate2[] Certificates { get; }

    internal X509Certificate2Collection Intermediates { get; }

    internal StaplePolicy Stapling { get; }

    internal TlsCipherPolicy CipherPolicy { get; }

    internal SslProtocols Protocols { get; }

    /// <summary>TLS 1.2 suites, as they were asked for.</summary>
    internal string CipherList { get; }

    /// <summary><see cref="CipherList"/> for OpenSSL.</summary>
    internal string OfferedCiphers { get; }

    /// <summary>TLS 1.3 suites.</summary>
    internal string CipherSuites { get; }

    /// <summary>Null for those of the policy.</summary>
    internal string? Groups { get; }

    /// <summary><see cref="Groups"/> for OpenSSL.</summary>
    internal string OfferedGroups => Groups ?? (RequiresPostQuantum ? PostQuantum.Groups : CipherPolicies.Groups);

    /// <summary>Whether clients are refused whose keys a quantum computer could work out later.</summary>
    internal bool RequiresPostQuantum { get; }

    internal string? SignatureAlgorithms { get; }

    /// <summary>ALPN ids in the server's order, each preceded by its length (RFC 7301, section 3.1).</summary>
    internal byte[] ApplicationProtocols { get; }

    internal TlsClientCertificates ClientCertificates { get; }

    /// <summary>
    /// Whether clients may come back with a ticket. Where they show a certificate, the ticket brings it, and it is checked anew
    /// (<see cref="SessionTicketOptions.ClientCertificates"/>).
    /// </summary>
    internal bool IsResumable => Tickets.Enabled && (IsOpen || (Tickets.ClientCertificates ?? Tickets.Keys.Source == SessionTicketKeySource.Process));

    internal SessionTicketOptions Tickets { get; }

    /// <summary>Whether clients are served whoever they are.</summary>
    internal bool IsOpen => ClientCertificates == TlsClientCertificates.Disabled;

    internal X509Certificate2Collection TrustedClientAuthorities { get; }

    internal byte[][] RevocationLists { get; }

    internal string[] RevocationUrls { get; }

    internal TlsRevocationFailure RevocationFailure { get; }

    internal AeronetTlsRevocationOptions Revocation { get; }

    /// <summary>Whether the revocation of client certificates is looked up in lists.</summary>
    internal bool HasRevocationLists => RevocationLists.Length + RevocationUrls.Length > 0;

    internal Func<X509Certificate2, X509Certificate2Collection, string?, bool>? ClientCertificateValidation { get; }

    /// <summary>Whether the application has something that says whether client certificates were revoked.</summary>
    internal bool HasRevocationChecker => _settings.HasRevocationChecker;

    /// <summary>
    /// Whether a connection that <paramref name="other"/> let in, by a version of TLS, would have been let in by this host too: it asks
    /// no more of a client's certificate, and allows the version and the key exchange.
    /// </summary>
    /// <param name="other">The host that the client named in the handshake.</param>
    /// <param name="version">The version; <see cref="SslProtocols.None"/> where QUIC does not tell, which has TLS 1.3 alone.</param>
    /// <param name="isPostQuantum">Whether the key exchange was post-quantum.</param>
    internal bool WouldLetIn(TlsHost other, SslProtocols version, bool isPostQuantum) =>
        (version == SslProtocols.None || Protocols.HasFlag(version)) && (isPostQuantum || !RequiresPostQuantum) && (IsOpen || AsksNoMoreThan(other));

    /// <summary>The private key of one of the certificates; null where the certificate itself has it.</summary>
    internal PrivateKeyHandle? KeyOf(X509Certificate2 certificate) => _settings.Keys.GetValueOrDefault(certificate);

    /// <summary>An option's name in messages.</summary>
    internal string NameOf(string option) => _settings.NameOf(option, ServerName);

    private bool AsksNoMoreThan(TlsHost other) =>
        ClientCertificates <= other.ClientCertificates
        && _clientTrust.AsSpan().SequenceEqual(other._clientTrust)
        && Equals(ClientCertificateValidation, other.ClientCertificateValidation);

    private static byte[] Alpn(HttpProtocols protocols) =>
    [
        .. protocols.HasFlag(HttpProtocols.Http2) ? "\x02h2"u8 : [],
        .. protocols.HasFlag(HttpProtocols.Http1) ? "\x08http/1.1"u8 : [],
    ];
}
