namespace Aeronet.AspNetCore.Transport;

/// <summary>One event loop, at the moment.</summary>
public sealed record AeronetLoopStatus
{
    /// <summary>Its number, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>
    /// How long it has made no progress with somebody waiting for it, counted from when that was first asked; zero while it makes progress or has
    /// nothing to do.
    /// </summary>
    public required TimeSpan StuckFor { get; init; }

    /// <summary>The connections it serves.</summary>
    public required int Connections { get; init; }

    /// <summary>Threads that lost it because the application blocked them, and have not come back.</summary>
    public required int BlockedThreads { get; init; }
}
