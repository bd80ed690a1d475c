using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

public sealed class LeadershipWordTests
{
    [Fact]
    public void New_TermZeroCursorZero()
    {
        var word = default(LeadershipWord);

        Assert.Equal(0u, LeadershipWord.TermOf(word.Value));
        Assert.Equal(0, LeadershipWord.CursorOf(word.Value));
    }

    [Fact]
    public void TryClaimNext_MovesTheCursorByOne_AndTheWordChanges()
    {
        var word = default(LeadershipWord);
        for (var i = 1; i <= 512; i++)
        {
            var seen = word.Value;
            Assert.True(word.TryClaimNext(seen));
            Assert.Equal(i, LeadershipWord.CursorOf(word.Value));
            Assert.NotEqual(seen, word.Value);
        }
    }

    [Fact]
    public void TryClaimNext_SeenIsOld_FalseAndNothingMoves()
    {
        var word = default(LeadershipWord);
        var seen = word.Value;
        Assert.True(word.TryClaimNext(seen));
        var now = word.Value;

        Assert.False(word.TryClaimNext(seen));
        Assert.False(word.TryMove(seen, 0));
        Assert.False(word.TryBeginTerm(seen, out _));
        Assert.Equal(now, word.Value);
    }

    [Fact]
    public void TryMove_SameCursor_StillAStep()
    {
        var word = default(LeadershipWord);
        Assert.True(word.TryMove(word.Value, LeadershipWord.Polling));
        var seen = word.Value;

        Assert.True(word.TryMove(seen, LeadershipWord.Polling));

        Assert.NotEqual(seen, word.Value);
        Assert.Equal(LeadershipWord.Polling, LeadershipWord.CursorOf(word.Value));
    }

    [Fact]
    public void TryBeginTerm_NextTerm_CursorKept_OldLeaderClaimsNothing()
    {
        var word = default(LeadershipWord);
        Assert.True(word.TryMove(word.Value, 7));
        var seen = word.Value;

        Assert.True(word.TryBeginTerm(seen, out var term));

        Assert.Equal(1u, term);
        Assert.Equal(1u, LeadershipWord.TermOf(word.Value));
        Assert.Equal(7, LeadershipWord.CursorOf(word.Value));
        Assert.False(word.TryClaimNext(seen));
    }

    [Fact]
    public void Term_WrapsAround_WithoutTouchingTheRest()
    {
        var word = default(LeadershipWord);
        Assert.True(word.TryMove(word.Value, 123));
        System.Runtime.CompilerServices.Unsafe.As<LeadershipWord, long>(ref word) |= (long)uint.MaxValue << 32;

        Assert.Equal(uint.MaxValue, LeadershipWord.TermOf(word.Value));
        Assert.True(word.TryBeginTerm(word.Value, out var term));

        Assert.Equal(0u, term);
        Assert.Equal(123, LeadershipWord.CursorOf(word.Value));
    }

    [Fact]
    public void Step_WrapsAround_WithoutTouchingTheTerm()
    {
        // All steps but the last have been taken, in term 5.
        var word = default(LeadershipWord);
        ref var raw = ref System.Runtime.CompilerServices.Unsafe.As<LeadershipWord, long>(ref word);
        raw = (5L << 32) | 0xFFFF_F000 | 9;

        Assert.True(word.TryClaimNext(word.Value));

        Assert.Equal(5u, LeadershipWord.TermOf(word.Value));
        Assert.Equal(10, LeadershipWord.CursorOf(word.Value));
    }

    [Fact]
    public void Claims_ByTwoThreadsAndAMonitor_EachEventIsClaimedOnce()
    {
        const int Events = 500;
        for (var round = 0; round < 200; round++)
        {
            var holder = new Holder();
            var claimed = new int[Events];
            var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
            {
                // A leader that believes for ever to be in charge, whatever the term.
                while (true)
                {
                    var word = holder.Word.Value;
                    var cursor = LeadershipWord.CursorOf(word);
                    if (cursor >= Events)
                        return;

                    if (holder.Word.TryClaimNext(word))
                        Interlocked.Increment(ref claimed[cursor]);
                }
            })).ToArray();
            foreach (var thread in threads)
                thread.Start();

            while (LeadershipWord.CursorOf(holder.Word.Value) < Events)
                holder.Word.TryBeginTerm(holder.Word.Value, out _);

            foreach (var thread in threads)
                thread.Join();

            Assert.All(claimed, times => Assert.Equal(1, times));
        }
    }

    private sealed class Holder
    {
        internal LeadershipWord Word;
    }
}
