using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

/// <summary>How many first requests may be on the thread pool at a time, and who gives a place back.</summary>
public sealed class PoolGuestsTests
{
    private static readonly TimeSpan s_threshold = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Enter_NoSeatFree_NobodyElseUntilOneLeaves()
    {
        var guests = new PoolGuests(seats: 1, s_threshold);
        using var entered = new SemaphoreSlim(0);
        using var leave = new ManualResetEventSlim();
        var first = Task.Run(() =>
        {
            var guest = new object();
            var seat = guests.TryEnter(guest);
            Assert.NotNull(seat);
            entered.Release();
            leave.Wait();
            seat.Leave(guest);
        });
        await entered.WaitAsync().OrTimeout("the first guest");

        // On another thread: the first one is held up.
        Assert.Null(await Task.Run(() => guests.TryEnter(new object())).OrTimeout("the second guest"));
        leave.Set();
        await first.OrTimeout("the first guest to leave");
    }

    [Fact]
    public async Task Enter_OnTheThreadOfAGuestThatWentOnElsewhere_TakesItsSeat()
    {
        var guests = new PoolGuests(seats: 1, s_threshold);
        await Task.Run(() =>
        {
            var (gone, next) = (new object(), new object());
            var seat = guests.TryEnter(gone);
            Assert.NotNull(seat);
            Assert.Same(seat, guests.TryEnter(next));

            // Whoever has gone has nothing to leave any more.
            seat.Leave(gone);
            Assert.Same(seat, guests.TryEnter(gone));
        });
    }

    [Fact]
    public async Task Leave_GuestHasBlocked_NobodyEntersForAWhile()
    {
        var guests = new PoolGuests(seats: 4, s_threshold);
        await Task.Run(() =>
        {
            var guest = new object();
            var seat = guests.TryEnter(guest);
            Assert.NotNull(seat);
            Thread.Sleep(s_threshold * 2);
            seat.Leave(guest);
            Assert.Null(guests.TryEnter(new object()));
        });
        await Eventually.HoldsAsync(() => Task.Run(() => guests.TryEnter(new object()) is not null).Result, "guests to be let in again");
    }

    [Fact]
    public void Enter_NotOnTheThreadPool_Nobody()
    {
        PoolGuests.Seat? seat = null;
        var thread = new Thread(() => seat = new PoolGuests(seats: 1, s_threshold).TryEnter(new object()));
        thread.Start();
        thread.Join();
        Assert.Null(seat);
    }
}
