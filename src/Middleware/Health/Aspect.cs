namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>What of the transport is looked at, each by a check of its own.</summary>
internal enum Aspect
{
    /// <summary>Its event loops make progress.</summary>
    Loops,

    /// <summary>It accepts connections.</summary>
    Accept,

    /// <summary>It has threads for loops that the application blocks.</summary>
    Standby,

    /// <summary>Its certificates are valid for a while.</summary>
    Certificates,

    /// <summary>It has OCSP responses where they are wanted.</summary>
    Staples,

    /// <summary>It has keys for session tickets.</summary>
    Tickets,

    /// <summary>It is not about to leave.</summary>
    Drain,
}
