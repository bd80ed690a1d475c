namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>One write of a server's answer.</summary>
/// <param name="Bytes">How many bytes it writes.</param>
/// <param name="ToPartner">Whether to the connection that only listens, instead of its own.</param>
/// <param name="BlocksInFlush">Whether it waits for the flush with its thread.</param>
/// <param name="KeepsThread">Milliseconds for which it keeps its thread before.</param>
/// <param name="Yields">Whether it goes to the thread pool before.</param>
/// <param name="AwaitsArrival">Whether it keeps its thread after until the client has what was flushed so far.</param>
internal sealed record Step(int Bytes, bool ToPartner, bool BlocksInFlush, int KeepsThread, bool Yields, bool AwaitsArrival)
{
    /// <summary>What the transport's thresholds are multiples of.</summary>
    private const int Threshold = 64 * 1024;

    internal static Step Draw(Random random, bool mayBlock) => new(
        random.Next(12) switch
        {
            < 5 => random.Next(1, 100),
            < 7 => random.Next(100, 10_000),

            // Just before, at and after where the transport changes its way.
            < 10 => (random.Next(1, 9) * Threshold) + random.Next(-2, 3) + (random.Next(2) * random.Next(5000)),
            < 11 => random.Next(10_000, 600_000),
            _ => random.Next(600_000, 3_000_000),
        },
        random.Next(5) == 0,
        mayBlock && random.Next(3) == 0,
        mayBlock && random.Next(4) == 0 ? random.Next(1, 15) : 0,
        random.Next(20) == 0,
        mayBlock && random.Next(4) == 0);
}
