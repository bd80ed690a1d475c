namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How many connections the transport holds, of all endpoints together. Bound from the configuration section <c>Aeronet:ConnectionLimits</c>. What is
/// over a limit is ended before Kestrel serves it. Kestrel's own limits (<c>Kestrel:Limits</c>) hold besides.
/// </summary>
public sealed class AeronetConnectionLimitOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:ConnectionLimits";

    /// <summary>The most connections that are open. 0 to 10,000,000; 0 is no limit but that of open files.</summary>
    /// <remarks>Defaults to 0.</remarks>
    public int MaxConnections { get; set; }

    /// <summary>
    /// The most connections of one client that are open. 0 to 1,000,000; 0 is no limit. On endpoints that read PROXY protocol headers the client is the
    /// header's, and connections without one in it count for nobody. Clients of Unix sockets have no address and count for nobody.
    /// </summary>
    /// <remarks>Defaults to 0: behind one address may be a proxy, or thousands of people.</remarks>
    public int MaxConnectionsPerClient { get; set; }

    /// <summary>How many leading bits of an IPv4 address are one client. 8 to 32 bits. IPv4 addresses on IPv6 sockets are IPv4 addresses.</summary>
    /// <remarks>Defaults to 32.</remarks>
    public int IPv4PrefixLength { get; set; } = 32;

    /// <summary>How many leading bits of an IPv6 address are one client. 16 to 128 bits.</summary>
    /// <remarks>Defaults to 64, what one subscriber has at least (RFC 6177).</remarks>
    public int IPv6PrefixLength { get; set; } = 64;

    /// <summary>
    /// How long a connection may be open without a byte in either direction, whatever the application is doing, before it is closed. Longer than the longest
    /// wait for an answer, and than the pings of WebSockets. 1 second to 1 day, or zero for no limit; looked at every quarter of it.
    /// </summary>
    /// <remarks>Defaults to <see cref="TimeSpan.Zero"/>: Kestrel's <c>KeepAliveTimeout</c> closes what waits for a request.</remarks>
    public TimeSpan IdleTimeout { get; set; }

    /// <summary>What a client is told that is over <see cref="MaxConnections"/> or <see cref="MaxConnectionsPerClient"/>.</summary>
    /// <remarks>Defaults to <see cref="ConnectionLimitAnswer.Reset"/>.</remarks>
    public ConnectionLimitAnswer OnExceeded { get; set; }

    /// <summary>What <c>Retry-After</c> says, in whole seconds. 1 second to 1 day.</summary>
    /// <remarks>Defaults to 5 s.</remarks>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);
}
