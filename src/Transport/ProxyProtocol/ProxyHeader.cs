using System.Net;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>A header as it was read.</summary>
internal sealed class ProxyHeader : IProxyProtocolFeature
{
    public required int Version { get; init; }

    public ProxyProtocolCommand Command { get; init; } = ProxyProtocolCommand.Proxy;

    public EndPoint? Source { get; init; }

    public EndPoint? Destination { get; init; }

    public bool IsDatagram { get; init; }

    public EndPoint? ProxyRemoteEndPoint { get; internal set; }

    public EndPoint? ProxyLocalEndPoint { get; internal set; }

    public string? Authority => Values.Authority;

    public ReadOnlyMemory<byte> ApplicationProtocol => Values.ApplicationProtocol;

    public ReadOnlyMemory<byte> UniqueId => Values.UniqueId;

    public string? NetworkNamespace => Values.NetworkNamespace;

    public ProxyProtocolTls? Tls => Values.Tls;

    public bool HasChecksum => Values.ChecksumOffset >= 0;

    public IReadOnlyList<ProxyProtocolTlv> Tlvs => Values.All;

    internal ProxyValues Values { get; init; } = ProxyValues.None;
}
