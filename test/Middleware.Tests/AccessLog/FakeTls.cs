using System.Net.Security;
using System.Security.Authentication;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

/// <summary>Features as a connection of the Aeronet transport has them, on one object.</summary>
internal sealed class FakeTls : ITlsHandshakeFeature, ITlsApplicationProtocolFeature, ITlsSessionFeature
{
    public SslProtocols Protocol => SslProtocols.Tls13;

    public TlsCipherSuite? NegotiatedCipherSuite => TlsCipherSuite.TLS_AES_128_GCM_SHA256;

    public string HostName => "www.example.com";

    public ReadOnlyMemory<byte> ApplicationProtocol { get; } = "h2"u8.ToArray();

    public bool Resumed => true;

    public string KeyExchangeGroup => "x25519";

    public bool SendsByKernel => true;

    public bool ReceivesByKernel => false;

    public bool HasClientCertificate => false;

    public string? ServedHost => null;

#pragma warning disable SYSLIB0058 // The interface still asks for what the framework has retired in favour of the cipher suite.
    public CipherAlgorithmType CipherAlgorithm => default;

    public int CipherStrength => 0;

    public HashAlgorithmType HashAlgorithm => default;

    public int HashStrength => 0;

    public ExchangeAlgorithmType KeyExchangeAlgorithm => default;

    public int KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058
}
