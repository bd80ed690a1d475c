using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>What Kestrel and the application are told of the TLS under a connection.</summary>
internal sealed class TlsFeatures(TlsOutcome handshake) :
    ITlsConnectionFeature, ITlsHandshakeFeature, ITlsApplicationProtocolFeature, ITlsSessionFeature
{
    /// <summary>Under which it is found. The middleware sets all of them or none.</summary>
    internal static readonly Type[] Keys =
        [typeof(ITlsConnectionFeature), typeof(ITlsHandshakeFeature), typeof(ITlsApplicationProtocolFeature), typeof(ITlsSessionFeature)];

    // Not the ClientHello: this lives as long as the connection, and a client may send one of 128 kB.
    private readonly TlsOutcome _outcome = handshake with { ClientHello = null };

    private X509Certificate2? _clientCertificate;
    private bool _isSet;

    /// <summary>Made when it is first asked for, and then the application's, which may keep it longer than the connection.</summary>
    public X509Certificate2? ClientCertificate
    {
        get => _isSet || _clientCertificate is not null || !HasClientCertificate ? _clientCertificate : LoadClientCertificate();
        set
        {
            _clientCertificate = value;
            _isSet = true;
        }
    }

    public SslProtocols Protocol => TlsVersions.ToSslProtocol(_outcome.Agreement.Version);

    public TlsCipherSuite? NegotiatedCipherSuite => _outcome.Agreement.CipherSuite;

    public string HostName => _outcome.HostName;

    public ReadOnlyMemory<byte> ApplicationProtocol => _outcome.Agreement.ApplicationProtocol;

    public bool Resumed => _outcome.Agreement.Resumed;

    public string? KeyExchangeGroup => KeyExchangeGroups.NameOf(_outcome.Agreement.Group);

    public bool SendsByKernel => _outcome.SendsByKernel;

    public bool ReceivesByKernel => _outcome.ReceivesByKernel;

    public bool HasClientCertificate => _outcome.Agreement.ClientCertificate is not null;

    public string? ServedHost => _outcome.Host?.ServerName;

#pragma warning disable SYSLIB0058 // The interface still asks for what the framework has retired in favour of the cipher suite.
    public CipherAlgorithmType CipherAlgorithm => CipherSuiteParts.CipherOf(_outcome.Agreement.CipherSuite).Algorithm;

    public int CipherStrength => CipherSuiteParts.CipherOf(_outcome.Agreement.CipherSuite).Strength;

    public HashAlgorithmType HashAlgorithm => CipherSuiteParts.MacOf(_outcome.Agreement.CipherSuite).Algorithm;

    public int HashStrength => CipherSuiteParts.MacOf(_outcome.Agreement.CipherSuite).Strength;

    public ExchangeAlgorithmType KeyExchangeAlgorithm => CipherSuiteParts.KeyExchangeOf(_outcome.Agreement.CipherSuite);

    // SslStream does not know it either.
    public int KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    /// <summary>
    /// The certificate of the handshake: none is asked for later. HTTP/2 forbids it (RFC 9113, section 9.2.3), and Kestrel's
    /// own answer on an endpoint without delayed negotiation is the same.
    /// </summary>
    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);

    // Apart, so that only a connection with a certificate pays for the closure.
    private X509Certificate2 LoadClientCertificate() =>
        LazyInitializer.EnsureInitialized(ref _clientCertificate, () => X509CertificateLoader.LoadCertificate(_outcome.Agreement.ClientCertificate!));
}
