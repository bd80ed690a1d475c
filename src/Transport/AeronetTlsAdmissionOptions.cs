namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// How many TLS handshakes an endpoint takes on at a time and in a second, of all clients and of one. Read from
/// <c>Aeronet:Tls:Admission</c>. What is over a limit waits or is reset before OpenSSL hears of it: it costs no cryptography.
/// Connections whose handshake is complete are counted by none of the limits.
/// </summary>
public sealed class AeronetTlsAdmissionOptions
{
    /// <summary>The most handshakes in progress. 0 to 1,000,000; 0 is no limit.</summary>
    /// <remarks>Defaults to 10,000: more than a machine that serves can have in progress, and a bound on what clients that never go on can hold.</remarks>
    public int MaxConcurrentHandshakes { get; set; } = 10_000;

    /// <summary>The most handshakes that begin in a second, on average. 0.01 to 1,000,000, or 0 for no limit.</summary>
    /// <remarks>Defaults to 0.</remarks>
    public double HandshakesPerSecond { get; set; }

    /// <summary>How many may begin at once after a quiet time. 1 to 1,000,000, or 0 for the handshakes of one second.</summary>
    /// <remarks>Defaults to 0.</remarks>
    public int Burst { get; set; }

    /// <summary>
    /// The most handshakes in progress of one client. 0 to 1,000,000; 0 is no limit. Whatever <see cref="OnExceeded"/> is, what is over it is
    /// reset at once: a client that has as many in progress as it may is not to take the places of others that wait.
    /// </summary>
    /// <remarks>Defaults to 0: behind one address may be a proxy, or thousands of people.</remarks>
    public int MaxConcurrentHandshakesPerClient { get; set; }

    /// <summary>The most handshakes of one client that begin in a second, on average. 0.01 to 1,000,000, or 0 for no limit.</summary>
    /// <remarks>Defaults to 0: behind one address may be a proxy, or thousands of people.</remarks>
    public double HandshakesPerSecondPerClient { get; set; }

    /// <summary>How many of one client may begin at once after a quiet time. 1 to 1,000,000, or 0 for the handshakes of one second, at least one.</summary>
    /// <remarks>Defaults to 0.</remarks>
    public int BurstPerClient { get; set; }

    /// <summary>How many leading bits of an IPv4 address are one client. 8 to 32 bits. IPv4 addresses on IPv6 sockets are IPv4 addresses.</summary>
    /// <remarks>Defaults to 32.</remarks>
    public int IPv4PrefixLength { get; set; } = 32;

    /// <summary>How many leading bits of an IPv6 address are one client. 16 to 128 bits.</summary>
    /// <remarks>Defaults to 64, what one subscriber has at least (RFC 6177).</remarks>
    public int IPv6PrefixLength { get; set; } = 64;

    /// <summary>What becomes of a handshake that is over a limit.</summary>
    /// <remarks>Defaults to <see cref="TlsAdmissionExceeded.Wait"/>.</remarks>
    public TlsAdmissionExceeded OnExceeded { get; set; } = TlsAdmissionExceeded.Wait;

    /// <summary>The longest wait for a place under <see cref="MaxConcurrentHandshakes"/>, and likewise for a rate. 10 ms to 30 s.</summary>
    /// <remarks>Defaults to 1 s.</remarks>
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The most connections that wait for a place under <see cref="MaxConcurrentHandshakes"/>; more are reset at once. 0 to 100,000. For a rate no
    /// more wait than it admits within <see cref="WaitTimeout"/>.
    /// </summary>
    /// <remarks>Defaults to 1,000.</remarks>
    public int MaxWaiting { get; set; } = 1_000;
}
