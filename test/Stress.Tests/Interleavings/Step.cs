namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>One write of a server's answer.</summary>
/// <param name="Bytes">How many bytes it writes.</param>
/// <param name="ToPartner">Whether to the connection that only listens, instead of its own.</param>
/// <param name="BlocksInFlush">Whether it waits for the flush with its thread.</param>
/// <param name="KeepsThread">Milliseconds for which it keeps its thread before.</param>
/// <param name="Yields">Whether it goes to the thread pool before.</param>
internal sealed record Step(int Bytes, bool ToPartner, bool BlocksInFlush, int KeepsThread, bool Yields)
{
    internal static Step Draw(Random random, bool mayBlock) => new(
        random.Next(10) switch
        {
            < 5 => random.Next(1, 100),
            < 7 => random.Next(100, 10_000),
            < 9 => random.Next(10_000, 500_000),
            _ => random.Next(500_000, 3_000_000),
        },
        random.Next(5) == 0,
        mayBlock && random.Next(6) == 0,
        mayBlock && random.Next(8) == 0 ? random.Next(1, 15) : 0,
        random.Next(10) == 0);
}
