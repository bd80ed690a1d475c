namespace Soak;

/// <summary>What a server says of its memory.</summary>
/// <param name="Heap">Bytes on the managed heap.</param>
/// <param name="Young">Collections of generation 0 so far.</param>
/// <param name="Middle">Of generation 1.</param>
/// <param name="Full">Of generation 2.</param>
/// <param name="Paused">How long all of them have stopped it.</param>
/// <param name="PoolThreads">Threads of the thread pool.</param>
internal sealed record ServerState(long Heap, int Young, int Middle, int Full, TimeSpan Paused, int PoolThreads);
