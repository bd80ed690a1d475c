using Aeronet.AspNetCore.Interleavings.Tests.Choosing;

namespace Aeronet.AspNetCore.Interleavings.Tests.Searching;

/// <summary>What came of a run.</summary>
/// <param name="Schedule">The turns that it took.</param>
/// <param name="Choices">How many threads could have gone on, at each choice.</param>
/// <param name="Failure">What went wrong; null when nothing did.</param>
/// <param name="Trace">Who passed which point.</param>
internal sealed record Outcome(Schedule Schedule, IReadOnlyList<int> Choices, string? Failure, IReadOnlyList<(LogicalThread Thread, string Where)> Trace)
{
    /// <summary>Whether a thread stood still elsewhere than at a point.</summary>
    internal bool IsHung { get; init; }

    /// <summary>What CsCheck says of how it drew the schedule.</summary>
    internal string? Seed { get; init; }

    /// <summary>The trace, one line for each stretch of a thread.</summary>
    internal IEnumerable<string> Stretches()
    {
        for (var i = 0; i < Trace.Count;)
        {
            var thread = Trace[i].Thread;
            var places = new List<string>();
            for (; i < Trace.Count && Trace[i].Thread == thread; i++)
                places.Add(Trace[i].Where);

            yield return $"{thread}: {string.Join(", ", places)}";
        }
    }
}
