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
    public CipherAlgorithmType CipherAlgorithm => CipherSuiteParts.CipherOf(outcome.Agreement.CipherSuite).Algorithm;

    public int CipherStrength => CipherSuiteParts.CipherOf(outcome.Agreement.CipherSuite).Strength;

    public HashAlgorithmType HashAlgorithm => CipherSuiteParts.MacOf(outcome.Agreement.CipherSuite).Algorithm;

    public int HashStrength => CipherSuiteParts.MacOf(outcome.Agreement.CipherSuite).Strength;

    public ExchangeAlgorithmType KeyExchangeAlgorithm => CipherSuiteParts.KeyExchangeOf(outcome.Agreement.CipherSuite);

    // SslStream does not know it either.
    public int KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
