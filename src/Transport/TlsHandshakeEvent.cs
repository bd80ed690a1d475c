using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How a TLS handshake ended, for <see cref="ITlsHandshakeObserver"/>. What was not agreed on, because the handshake failed before, is
/// <see langword="null"/>. May be kept.
/// </summary>
public sealed class TlsHandshakeEvent
{
    private string? _clientCertificateSubject;

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>How long it took, from the connection's beginning; zero where it was rejected.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The connection's identifier, as in logs; empty where it was rejected.</summary>
    public string ConnectionId { get; init; } = "";

    /// <summary>The server's address; null where it is not known, or the client was rejected.</summary>
    public EndPoint? LocalEndPoint { get; init; }

    /// <summary>The client's address; null where it is not known.</summary>
    public EndPoint? RemoteEndPoint { get; init; }

    /// <summary>Why it failed; <see cref="TlsFailure.None"/> when it succeeded.</summary>
    public TlsFailure Failure { get; init; }

    /// <summary>The name of <see cref="Failure"/> as it is in metrics (<c>error.type</c>), such as <c>no_shared_cipher</c>; null when it succeeded.</summary>
    public string? ErrorType => Failure == TlsFailure.None ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(Failure.ToString());

    /// <summary>Why it failed, in words that may change, OpenSSL's where the verdict was its own; null when it succeeded.</summary>
    public string? Description { get; init; }

    /// <summary>The version that was agreed on.</summary>
    public SslProtocols? Protocol { get; init; }

    /// <summary>The cipher suite.</summary>
    public TlsCipherSuite? CipherSuite { get; init; }

    /// <summary>The key exchange group by its name in TLS, such as <c>x25519</c>; null also where a resumption had none.</summary>
    public string? KeyExchangeGroup { get; init; }

    /// <summary>The protocol agreed on by ALPN (RFC 7301), such as <c>h2</c>.</summary>
    public string? ApplicationProtocol { get; init; }

    /// <summary>The name the client asked for (RFC 6066, section 3), which may be any; empty when it sent none, or ended before that.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>
    /// Whose policy held, by its name in <see cref="AeronetTlsOptions.Hosts"/>; null for the endpoint's own, and where the handshake ended before
    /// a host was chosen.
    /// </summary>
    public string? ServedHost { get; init; }

    /// <summary>Whether the client came back with a ticket.</summary>
    public bool Resumed { get; init; }

    /// <summary>Whether the client asked for the OCSP response for the server's certificate and got it; never where it was resumed.</summary>
    public bool Stapled { get; init; }

    /// <summary>The subject of the certificate that the client has shown and the host has accepted, such as <c>CN=alice</c>.</summary>
    public string? ClientCertificateSubject
    {
        get => _clientCertificateSubject ??= SubjectOf(ClientCertificate);
        init => _clientCertificateSubject = value;
    }

    /// <summary>Whether the kernel encrypts what is sent.</summary>
    public bool SendsByKernel { get; init; }

    /// <summary>Whether the kernel decrypts what is received.</summary>
    public bool ReceivesByKernel { get; init; }

    /// <summary>The client's JA3 and JA4, with <see cref="AeronetTlsOptions.Fingerprints"/> and a ClientHello that was read.</summary>
    public ITlsFingerprintFeature? Fingerprint { get; init; }

    /// <summary>DER, read where somebody asks: a connection's own thread has others to serve.</summary>
    internal byte[]? ClientCertificate { get; init; }

    private static string? SubjectOf(byte[]? der)
    {
        if (der is null)
        {
            return null;
        }

        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return certificate.Subject;
    }
}
