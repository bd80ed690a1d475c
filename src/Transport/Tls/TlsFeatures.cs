using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>What Kestrel and the application are told of the TLS under a connection.</summary>
internal sealed class TlsFeatures(TlsOutcome outcome) : ITlsConnectionFeature, ITlsHandshakeFeature, ITlsApplicationProtocolFeature
{
    /// <summary>Always null: the endpoint does not ask clients for certificates.</summary>
    public X509Certificate2? ClientCertificate { get; set; }

    public SslProtocols Protocol => TlsVersions.ToSslProtocol(outcome.Agreement.Version);

    public TlsCipherSuite? NegotiatedCipherSuite => outcome.Agreement.CipherSuite;

    public string HostName => outcome.HostName;

    public ReadOnlyMemory<byte> ApplicationProtocol => outcome.Agreement.ApplicationProtocol;

#pragma warning disable SYSLIB0058 // The interface still asks for what the framework has retired in favour of the cipher suite.
    public CipherAlgorithmType CipherAlgorithm => outcome.Agreement.CipherSuite.ToString() switch
    {
        var name when name.Contains("AES_256", StringComparison.Ordinal) => CipherAlgorithmType.Aes256,
        var name when name.Contains("AES_128", StringComparison.Ordinal) => CipherAlgorithmType.Aes128,
        _ => CipherAlgorithmType.None,
    };

    public int CipherStrength => CipherAlgorithm == CipherAlgorithmType.Aes128 ? 128 : 256;

    // None, as the framework says of suites that authenticate and encrypt in one; the transport offers no others.
    public HashAlgorithmType HashAlgorithm => HashAlgorithmType.None;

    public int HashStrength => 0;

    // The framework's name for ECDHE too. A suite of TLS 1.3 does not name its key exchange.
    public ExchangeAlgorithmType KeyExchangeAlgorithm =>
        Protocol == SslProtocols.Tls12 ? ExchangeAlgorithmType.DiffieHellman : ExchangeAlgorithmType.None;

    public int KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
