namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>A verified OCSP response. Never changed: handshakes copy from it while another takes its place.</summary>
/// <param name="der">The response (RFC 6960, section 4.2.1).</param>
/// <param name="isRevoked">Whether it says that the certificate is revoked.</param>
/// <param name="thisUpdate">When the status was known to be so.</param>
/// <param name="nextUpdate">When newer information will be there.</param>
internal sealed class Staple(byte[] der, bool isRevoked, DateTimeOffset thisUpdate, DateTimeOffset? nextUpdate)
{
    // RFC 6960, section 4.2.2.1, leaves it open; RFC 5019 and the CA/Browser Forum demand the time.
    private static readonly TimeSpan s_withoutEnd = TimeSpan.FromHours(1);

    internal ReadOnlySpan<byte> Der => der;

    internal byte[] Bytes => der;

    internal bool IsRevoked => isRevoked;

    internal DateTimeOffset ThisUpdate => thisUpdate;

    /// <summary>From when on it is not sent any more.</summary>
    internal DateTimeOffset Expires { get; } = nextUpdate ?? thisUpdate + s_withoutEnd;

    internal bool IsCurrent(DateTimeOffset now) => now < Expires;
}
