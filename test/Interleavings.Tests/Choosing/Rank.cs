namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>When a thread goes on of which the schedule says nothing.</summary>
internal enum Rank
{
    /// <summary>When it can.</summary>
    Party,

    /// <summary>When no party can.</summary>
    Monitor,

    /// <summary>When nobody else can, and only then: time is long.</summary>
    Clock,
}
