namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>A thread of a run: one of ours, one of the loops', or one of the thread pool's for as long as it does one thing. Waits for its turn.</summary>
internal sealed class LogicalThread(ThreadChooser chooser, string name, Rank rank)
{
    private readonly SemaphoreSlim _turn = new(0);

    internal ThreadChooser Chooser => chooser;

    internal string Name => name;

    internal Rank Rank => rank;

    /// <summary>Set where nothing of ours tells that it is done: whoever continues us on it does.</summary>
    internal bool EndsWithContinuation { get; init; }

    /// <summary>Where it is, for the report.</summary>
    internal string Where { get; set; } = "start";

    internal Func<bool>? BlockedUntil { get; set; }

    internal bool HasEnded { get; set; }

    internal bool IsEnabled => !HasEnded && (BlockedUntil is not { } until || until());

    internal void Park() => _turn.Wait();

    internal void Go() => _turn.Release();

    public override string ToString() => name;
}
