using System.Runtime.CompilerServices;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Who leads a loop and how far the leader has come, in one word that changes by compare-and-swap:
/// <code>
/// 63        48 47                     16 15      0
/// +-----------+-------------------------+---------+
/// |   term    |          step           | cursor  |
/// +-----------+-------------------------+---------+
/// </code>
/// Term: one more with every change of leader. Step: one more with every event claimed, every posted work item begun and
/// every wait; a word that does not change is a leader that is stuck. Cursor: the next event of the batch, or
/// <see cref="Polling"/> while the leader waits in epoll_wait. A thread whose term is over can claim nothing.
/// </summary>
internal struct LeadershipWord
{
    internal const ushort Polling = ushort.MaxValue;

    private const long OneStep = 1L << 16;
    private const long StepMask = 0x0000_FFFF_FFFF_0000;

    private long _word;

    internal readonly long Value => Volatile.Read(in _word);

    internal static ushort TermOf(long word) => (ushort)(word >>> 48);

    internal static ushort CursorOf(long word) => (ushort)word;

    /// <summary>Claims the event at <paramref name="seen"/>'s cursor. False when the term is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryClaimNext(long seen) => TryMove(seen, CursorOf(seen) + 1);

    /// <summary>Takes one step and sets the cursor. False when the term is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryMove(long seen, int cursor)
    {
        var next = (seen & ~StepMask & ~0xFFFFL) | ((seen + OneStep) & StepMask) | (ushort)cursor;
        return Interlocked.CompareExchange(ref _word, next, seen) == seen;
    }

    /// <summary>Ends the term in which <paramref name="seen"/> was read, if the leader has not moved since.</summary>
    internal bool TryBeginTerm(long seen, out ushort term)
    {
        term = (ushort)(TermOf(seen) + 1);
        var next = (seen & 0x0000_FFFF_FFFF_FFFF) | ((long)term << 48);
        return Interlocked.CompareExchange(ref _word, next, seen) == seen;
    }
}
