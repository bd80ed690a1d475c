using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// What the PROXY protocol header said that a connection began with; on the connection and on its requests. The connection's
/// <see cref="BaseConnectionContext.RemoteEndPoint"/> and <see cref="BaseConnectionContext.LocalEndPoint"/> are already what it says. Texts and
/// bytes are the trusted proxy's, and many of them its client's: check them like any input.
/// </summary>
public interface IProxyProtocolFeature
{
    /// <summary>The version of the header: 1 or 2.</summary>
    int Version { get; }

    /// <summary>Whom the connection is for.</summary>
    ProxyProtocolCommand Command { get; }

    /// <summary>The client; null where the proxy does not say (<see cref="ProxyProtocolCommand.Local"/>, UNKNOWN, AF_UNSPEC).</summary>
    EndPoint? Source { get; }

    /// <summary>Where the client connected to; null where the proxy does not say.</summary>
    EndPoint? Destination { get; }

    /// <summary>Whether the client speaks to the proxy by datagrams, such as QUIC.</summary>
    bool IsDatagram { get; }

    /// <summary>The proxy: who opened this connection.</summary>
    EndPoint? ProxyRemoteEndPoint { get; }

    /// <summary>Where the proxy connected to.</summary>
    EndPoint? ProxyLocalEndPoint { get; }

    /// <summary>The host that the client named (PP2_TYPE_AUTHORITY), with TLS its server name; null where there is none, or none in UTF-8.</summary>
    string? Authority { get; }

    /// <summary>The protocol that the client and the proxy agreed on (PP2_TYPE_ALPN), such as <c>h2</c>; empty where there is none.</summary>
    ReadOnlyMemory<byte> ApplicationProtocol { get; }

    /// <summary>The proxy's name for the connection (PP2_TYPE_UNIQUE_ID), at most 128 bytes; empty where there is none.</summary>
    ReadOnlyMemory<byte> UniqueId { get; }

    /// <summary>The network namespace of the client's side (PP2_TYPE_NETNS); null where there is none.</summary>
    string? NetworkNamespace { get; }

    /// <summary>The TLS between the client and the proxy (PP2_TYPE_SSL); null where the proxy says nothing of it.</summary>
    ProxyProtocolTls? Tls { get; }

    /// <summary>Whether the header had a checksum (PP2_TYPE_CRC32C), which was right: a connection with a wrong one is reset.</summary>
    bool HasChecksum { get; }

    /// <summary>All additional values, in their order, those of unknown types too; none of a <see cref="ProxyProtocolCommand.Local"/> header.</summary>
    IReadOnlyList<ProxyProtocolTlv> Tlvs { get; }
}
