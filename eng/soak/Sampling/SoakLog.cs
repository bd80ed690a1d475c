namespace Soak.Sampling;

/// <summary>All that was seen.</summary>
/// <param name="Loads">The names of the loads.</param>
/// <param name="Samples">In the order of time.</param>
/// <param name="HandlesBefore">Open descriptors of the server before the first client.</param>
/// <param name="HandlesAfter">After the last one.</param>
/// <param name="Done">How often each load did its work.</param>
/// <param name="Failed">How often something went wrong.</param>
/// <param name="Failures">What did, the first few of each load.</param>
internal sealed record SoakLog(
    IReadOnlyList<string> Loads,
    IReadOnlyList<Sample> Samples,
    int HandlesBefore,
    int HandlesAfter,
    IReadOnlyList<long> Done,
    long Failed,
    IReadOnlyList<string> Failures);
