namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>
/// Something that goes on once it is due, on the thread that brings it about or on the thread pool. Nothing is chosen before it has
/// arrived: so the pool's own order makes no difference.
/// </summary>
/// <param name="Thread">What it is when it goes on on the thread pool.</param>
/// <param name="IsDue">Whether it is to go on.</param>
/// <param name="What">What is waited for, for the report.</param>
internal sealed record Awaited(LogicalThread Thread, Func<bool> IsDue, string What)
{
    /// <summary>It goes on, or has.</summary>
    internal bool HasArrived { get; set; }

    /// <summary>It went on as a thread of its own, which can be chosen.</summary>
    internal bool IsThread { get; set; }
}
