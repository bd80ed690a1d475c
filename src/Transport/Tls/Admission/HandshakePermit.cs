using System.Threading.RateLimiting;

namespace Aeronet.AspNetCore.Transport.Tls.Admission;

/// <summary>A handshake's leave to begin, given back when it has ended; or that it has none.</summary>
internal readonly struct HandshakePermit
{
    internal bool IsGranted { get; init; }

    /// <summary>The place among all.</summary>
    internal RateLimitLease? Place { get; init; }

    internal UInt128 Client { get; init; }

    /// <summary>Whether it counts among those of its client.</summary>
    internal bool CountsForClient { get; init; }
}
