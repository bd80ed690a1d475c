namespace Aeronet.AspNetCore.Transport;

/// <summary>How one endpoint takes PROXY protocol headers, versions 1 and 2.</summary>
public class AeronetProxyProtocolEndpointOptions
{
    /// <summary>The name that stands for every peer of a Unix socket.</summary>
    public const string UnixSocket = "unix";

    /// <summary>Whether connections must begin with a header.</summary>
    /// <remarks>Defaults to <see cref="ProxyProtocolMode.Required"/>.</remarks>
    public ProxyProtocolMode Mode { get; set; }

    /// <summary>
    /// Who may say whom a connection is for: addresses (<c>10.1.2.3</c>), networks (<c>10.0.0.0/8</c>, <c>fd00::/8</c>) and <c>unix</c> for peers of Unix
    /// sockets, whose file's mode decides who can connect. IPv4 addresses on IPv6 sockets are IPv4 addresses. Everybody who can open connections from there
    /// can name any client.
    /// </summary>
    /// <remarks>Defaults to <c>127.0.0.0/8</c>, <c>::1</c> and <c>unix</c>. Those of configuration take their place.</remarks>
    public IList<string> TrustedPeers { get; set; } = ["127.0.0.0/8", "::1", UnixSocket];

    /// <summary>
    /// How long a header may take from the connection's beginning to its last byte. 100 ms to 1 minute; the specification recommends 3 s or more, to
    /// outlast a lost packet. Where the header is optional, a peer that has sent nothing by then is served without one.
    /// </summary>
    /// <remarks>Defaults to 5 s.</remarks>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest header of version 2, with its additional values. 536 to 65,551 bytes. Of version 1 it is 107 bytes.</summary>
    /// <remarks>Defaults to 16,384 bytes.</remarks>
    public int MaxHeaderLength { get; set; } = 16 * 1024;

    /// <summary>
    /// Takes requests for https ones where a header of version 2 says that the client came over TLS and the endpoint has no TLS of its own, and speaks HTTP/2
    /// there if the client and the proxy agreed on that and the bytes behind the header begin so.
    /// </summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool UseClientTls { get; set; } = true;
}
