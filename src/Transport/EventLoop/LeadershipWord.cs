using System.Runtime.CompilerServices;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Who leads a loop and how far the leader has come, in one word that changes by compare-and-swap:
/// <code>
/// 63              32 31        12 11       0
/// +-----------------+------------+----------+
/// |      term       |    step    |  cursor  |
/// +-----------------+------------+----------+
/// </code>
/// Term: one more with every change of leader. Step: one more with every event claimed, every posted work item begun and
/// every wait; a word that does not change is a leader that is stuck. Cursor: the next event of the batch, or
/// <see cref="Polling"/> while the leader waits in epoll_wait. A thread whose term is over can claim nothing.
/// </summary>
internal struct LeadershipWord
{
    internal const int Polling = CursorMask;

    private const int CursorMask = 0xFFF;
    private const long StepMask = 0xFFFF_F000;
    private const long OneStep = CursorMask + 1;
    private const int TermShift = 32;

    private long _word;

    internal readonly long Value => Volatile.Read(in _word);

    internal static uint TermOf(long word) => (uint)(word >>> TermShift);

    internal static int CursorOf(long word) => (int)word & CursorMask;

    /// <summary>Claims the event at <paramref name="seen"/>'s cursor. False when the term is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryClaimNext(long seen) => TryMove(seen, CursorOf(seen) + 1);

    /// <summary>Takes one step and sets the cursor. False when the term is over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryMove(long seen, int cursor)
    {
        Interleaving.Point();
        var next = ((long)TermOf(seen) << TermShift) | ((seen + OneStep) & StepMask) | (long)cursor;
        return Interlocked.CompareExchange(ref _word, next, seen) == seen;
    }

    /// <summary>Ends the term in which <paramref name="seen"/> was read, if the leader has not moved since.</summary>
    internal bool TryBeginTerm(long seen, out uint term)
    {
        Interleaving.Point();
        term = TermOf(seen) + 1;
        var next = ((long)term << TermShift) | (uint)seen;
        return Interlocked.CompareExchange(ref _word, next, seen) == seen;
    }
}
