namespace Soak.Sampling;

/// <summary>How a server was at one time, and its clients since the time before.</summary>
/// <param name="At">Since the begin.</param>
/// <param name="Resident">Bytes of its memory that are resident.</param>
/// <param name="Handles">Its open descriptors.</param>
/// <param name="Threads">Its threads.</param>
/// <param name="State">What it says of itself.</param>
/// <param name="Loads">Of each load, in their order: how many requests, and what 99 of 100 took at most.</param>
internal sealed record Sample(TimeSpan At, long Resident, int Handles, int Threads, ServerState State, IReadOnlyList<(int Count, TimeSpan Percentile99)> Loads);
