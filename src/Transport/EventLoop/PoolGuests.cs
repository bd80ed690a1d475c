using System.Diagnostics;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// The first requests of connections that are answered on the thread pool, where Kestrel begins every connection: reading there spares
/// the loop a wake-up, which for a connection of one request is half of its price. A handler that blocks must not starve the pool that
/// accepts connections, so each has a seat of which there is one fewer than the pool has threads, and who finds none goes to the loop.
/// </summary>
/// <remarks>
/// A seat is left when the connection waits for its next bytes or ends. A handler that goes on asynchronously keeps its seat, although
/// its thread is free again; when that thread begins with another connection it has shown that it is, and takes the seat along.
/// </remarks>
internal sealed class PoolGuests
{
    /// <summary>How long after a guest has blocked all first requests go to the loop.</summary>
    private static readonly TimeSpan s_caution = TimeSpan.FromSeconds(1);

    [ThreadStatic]
    private static Seat? t_seat;

    // Whom this thread gave it to: a seat that somebody else has taken since is not this thread's to pass on.
    [ThreadStatic]
    private static object? t_guest;

    private readonly Seat[] _seats;
    private readonly TimeSpan _threshold;
    private long _cautiousSince;

    /// <param name="seats">The most guests at a time.</param>
    /// <param name="threshold">How long a guest may keep its thread.</param>
    internal PoolGuests(int seats, TimeSpan threshold)
    {
        _threshold = threshold;
        _seats = new Seat[Math.Max(0, seats)];
        for (var i = 0; i < _seats.Length; i++)
        {
            _seats[i] = new Seat(this);
        }
    }

    /// <summary>A seat for <paramref name="guest"/> on the calling thread, or null when it is to go to the loop.</summary>
    internal Seat? TryEnter(object guest)
    {
        if (!Thread.CurrentThread.IsThreadPoolThread || IsCautious)
        {
            return null;
        }

        if (t_seat is { } own && ReferenceEquals(own.Room, this) && t_guest is { } last && own.TryTake(guest, from: last))
        {
            t_guest = guest;
            return own;
        }

        foreach (var seat in _seats)
        {
            if (seat.TryTake(guest, from: null))
            {
                (t_seat, t_guest) = (seat, guest);
                return seat;
            }
        }

        return null;
    }

    private bool IsCautious =>
        Volatile.Read(ref _cautiousSince) is not 0 and var since && Stopwatch.GetElapsedTime(since) < s_caution;

    /// <summary>The place of one guest.</summary>
    internal sealed class Seat(PoolGuests room)
    {
        private object? _guest;
        private int _thread;
        private long _since;

        internal PoolGuests Room => room;

        /// <summary>The guest waits, or has ended.</summary>
        internal void Leave(object guest)
        {
            if (ReferenceEquals(t_guest, guest))
            {
                t_guest = null;
            }

            if (!ReferenceEquals(Volatile.Read(ref _guest), guest))
            {
                return;
            }

            if (_thread == Environment.CurrentManagedThreadId && Stopwatch.GetElapsedTime(_since) >= room._threshold)
            {
                Volatile.Write(ref room._cautiousSince, Stopwatch.GetTimestamp());
            }

            Interlocked.CompareExchange(ref _guest, null, guest);
        }

        /// <summary>From nobody, or from the guest that the calling thread had before, wherever that is now.</summary>
        internal bool TryTake(object guest, object? from)
        {
            if (Volatile.Read(ref _guest) != from || Interlocked.CompareExchange(ref _guest, guest, from) != from)
            {
                return false;
            }

            _thread = Environment.CurrentManagedThreadId;
            _since = Stopwatch.GetTimestamp();
            return true;
        }
    }
}
