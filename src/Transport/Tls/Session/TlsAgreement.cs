using System.Net.Security;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>What a handshake agreed on.</summary>
internal readonly struct TlsAgreement
{
    /// <summary>The version's number on the wire, 0x0303 or 0x0304.</summary>
    internal int Version { get; init; }

    internal TlsCipherSuite CipherSuite { get; init; }

    /// <summary>The key exchange group by OpenSSL's number, for <see cref="Policies.KeyExchangeGroups"/>; 0 when there was none.</summary>
    internal int Group { get; init; }

    /// <summary>The ALPN protocol id (RFC 7301); empty when none was agreed on.</summary>
    internal ReadOnlyMemory<byte> ApplicationProtocol { get; init; }

    internal bool Resumed { get; init; }

    /// <summary>The client's certificate, DER; null when it showed none.</summary>
    internal byte[]? ClientCertificate { get; init; }

    /// <summary>A protocol id in memory that lasts: those of HTTP are everybody's, and no copies.</summary>
    internal static ReadOnlyMemory<byte> ProtocolOf(ReadOnlySpan<byte> id) =>
        id.SequenceEqual(SslApplicationProtocol.Http11.Protocol.Span) ? SslApplicationProtocol.Http11.Protocol
        : id.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span) ? SslApplicationProtocol.Http2.Protocol
        : id.ToArray();
}
