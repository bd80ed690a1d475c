namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Maps the 64-bit user data of an epoll event to its handler. A token is a slot's index (low half) and the slot's
/// generation (high half), so that an event which was still queued when its connection closed is told from an event of
/// the slot's next owner. Adding and removing lock; looking up does not.
/// </summary>
internal sealed class SlotTable
{
    private readonly Lock _gate = new();
    private readonly Stack<int> _freeByGate = new();
    private Slot[] _slots = new Slot[64];
    private int _usedByGate;
    private int _count;
    private int _connections;

    /// <summary>Number of slots in use. Read without the lock: a moment's value.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Those of <see cref="Count"/> that are connections', as opposed to listening sockets'. A moment's value too.</summary>
    internal int Connections => Volatile.Read(ref _connections);

    /// <param name="handler">What the token leads to.</param>
    /// <param name="isConnection">Whether it is a connection's.</param>
    internal ulong Add(ILoopHandler handler, bool isConnection = true)
    {
        lock (_gate)
        {
            if (!_freeByGate.TryPop(out var index))
            {
                index = _usedByGate++;
                if (index == _slots.Length)
                {
                    Grow();
                }
            }

            ref var slot = ref _slots[index];
            var token = (ulong)++slot.Generation << 32 | (uint)index;
            slot.Handler = handler;

            // The token is published last: who reads it sees the handler.
            Volatile.Write(ref slot.Token, token);
            slot.IsConnection = isConnection;
            _connections += isConnection ? 1 : 0;
            _count++;
            return token;
        }
    }

    /// <summary>Puts another handler behind a token. False when the token is no longer valid.</summary>
    internal bool TryReplace(ulong token, ILoopHandler handler)
    {
        lock (_gate)
        {
            ref var slot = ref _slots[(int)(uint)token];
            if (slot.Token != token)
            {
                return false;
            }

            slot.Handler = handler;
            return true;
        }
    }

    /// <summary>Frees a slot. Harmless for a token that is no longer valid.</summary>
    internal void Remove(ulong token)
    {
        lock (_gate)
        {
            var index = (int)(uint)token;
            ref var slot = ref _slots[index];
            if (slot.Token != token)
            {
                return;
            }

            Volatile.Write(ref slot.Token, 0);
            slot.Handler = null;
            _freeByGate.Push(index);
            _connections -= slot.IsConnection ? 1 : 0;
            _count--;
        }
    }

    /// <summary>The handler of a token, or null when its owner has gone.</summary>
    internal ILoopHandler? Find(ulong token)
    {
        var slots = Volatile.Read(ref _slots);
        var index = (int)(uint)token;
        if ((uint)index >= (uint)slots.Length)
        {
            return null;
        }

        ref var slot = ref slots[index];
        if (Volatile.Read(ref slot.Token) != token)
        {
            return null;
        }

        var handler = Volatile.Read(ref slot.Handler);

        // Read again: between the two the slot may have been given to another owner.
        return Volatile.Read(ref slot.Token) == token ? handler : null;
    }

    /// <summary>Every handler at this moment. Used when the loops stop.</summary>
    internal List<ILoopHandler> Snapshot()
    {
        lock (_gate)
        {
            var handlers = new List<ILoopHandler>(_count);
            foreach (ref readonly var slot in _slots.AsSpan(0, _usedByGate))
            {
                if (slot.Handler is { } handler)
                {
                    handlers.Add(handler);
                }
            }

            return handlers;
        }
    }

    private void Grow()
    {
        // Readers of the old array miss what changes from here on and drop an event at worst for a slot that was just
        // removed; a slot added later is not in it at all, and its first event comes after this write is visible.
        var larger = new Slot[_slots.Length * 2];
        _slots.CopyTo(larger, 0);
        Volatile.Write(ref _slots, larger);
    }

    private struct Slot
    {
        internal ILoopHandler? Handler;
        internal ulong Token;
        internal uint Generation;
        internal bool IsConnection;
    }
}
