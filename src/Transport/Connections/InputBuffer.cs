using System.Buffers;
using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// The received bytes of one connection, in blocks of the server's memory pool that are rented for a receive and given
/// back when the application has consumed them, or later where <see cref="Holds"/> says so: an idle connection holds none.
/// Used by one thread at a time; the read state of <see cref="ConnectionInput"/> says whose turn it is.
/// </summary>
internal sealed class InputBuffer(BlockPool pool, long maxReceive)
{
    /// <summary>Below this much room in the last block a receive gets a fresh one.</summary>
    private const int MinimumRoom = 1024;

    private const int MaxBlocks = 16;

    // What the largest receive takes while the one before it is still being looked at.
    private const int MaxSpares = 2 * MaxBlocks;

    private InputSegment? _head;
    private InputSegment? _unread;
    private InputSegment? _tail;
    private int _headIndex;
    private int _unreadIndex;
    private long _received;
    private InputSegment? _spares;
    private int _spareCount;
    private int _blocksPerReceive = 1;
    private bool _examinedAll = true;

    /// <summary>Whether there are bytes the application has not looked at yet.</summary>
    internal bool HasUnexamined => !_examinedAll;

    internal bool IsEmpty => Position == _received;

    /// <summary>How many bytes of the connection's stream have been received.</summary>
    internal long Received => _received;

    // Each field once, here and below: the end of the connection may give everything back while an application that kept its reader looks.
    internal ReadOnlySequence<byte> Sequence => Between(_unread, _unreadIndex, _tail);

    /// <summary>Whether what is consumed from now on stays until <see cref="ReleaseConsumed"/>.</summary>
    internal bool Holds { get; set; }

    /// <summary>Where in the connection's stream the first byte lies that has not been consumed.</summary>
    internal long Position => _unread is { } unread ? unread.RunningIndex + _unreadIndex : _received;

    /// <summary>Where in the connection's stream <see cref="Held"/> begins.</summary>
    internal long HeldPosition => _head is { } head ? head.RunningIndex + _headIndex : _received;

    /// <summary>What was consumed and is still there, and what was not consumed.</summary>
    internal ReadOnlySequence<byte> Held => Between(_head, _headIndex, _tail);

    /// <summary>
    /// Receives once. <paramref name="mayHaveMore"/> is false when that has emptied the socket.
    /// </summary>
    internal IoResult Receive(ByteChannel channel, out bool mayHaveMore)
    {
        var first = _tail is { } tail && tail.Free.Length >= MinimumRoom ? tail : Rent();
        var result = _blocksPerReceive == 1
            ? ReceiveOne(channel, first, out mayHaveMore)
            : ReceiveMany(channel, first, out mayHaveMore);

        // An upload that keeps filling the buffers earns larger receives, up to 64 KiB of 4 KiB blocks; the first that empties the
        // socket takes them back. One that did not fill its block may have left something behind, but needed no more room: what it
        // would rent in vain would stay with the connection as spares.
        if (!mayHaveMore)
        {
            _blocksPerReceive = 1;
        }
        else if (_tail is { Free.Length: 0 })
        {
            _blocksPerReceive = (int)Math.Clamp(maxReceive / 4096, 1, Math.Min(_blocksPerReceive * 4, MaxBlocks));
        }

        return result;
    }

    /// <summary>Gives back what lies before <paramref name="consumed"/> and notes what has been looked at.</summary>
    internal void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_tail is null || consumed.GetObject() is not InputSegment consumedSegment)
        {
            return;
        }

        _examinedAll = ReferenceEquals(examined.GetObject(), _tail) && examined.GetInteger() >= _tail.Filled;
        _unread = consumedSegment;
        _unreadIndex = consumed.GetInteger();
        if (!Holds)
        {
            ReleaseConsumed();
        }
        else if (_unreadIndex >= _unread.Filled && _unread.NextSegment is { } next)
        {
            _unread = next;
            _unreadIndex = 0;
        }
    }

    /// <summary>Gives back what has been consumed.</summary>
    internal void ReleaseConsumed()
    {
        while (!ReferenceEquals(_head, _unread))
        {
            ReleaseHead();
        }

        while (_head is { } head && _unreadIndex >= head.Filled)
        {
            ReleaseHead();
            _unreadIndex = 0;
        }

        _unread = _head;
        _headIndex = _unreadIndex;
    }

    /// <summary>Gives everything back.</summary>
    internal void Clear()
    {
        while (_head is not null)
        {
            ReleaseHead();
        }

        _spares = null;
        _spareCount = 0;
        _unread = null;
        _headIndex = 0;
        _unreadIndex = 0;
        _examinedAll = true;
    }

    private static ReadOnlySequence<byte> Between(InputSegment? first, int index, InputSegment? last) =>
        first is null || last is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, index, last, last.Filled);

    private IoResult ReceiveOne(ByteChannel channel, InputSegment segment, out bool mayHaveMore)
    {
        var taken = 0;
        try
        {
            var result = channel.Receive(segment.Free.Span, out mayHaveMore);
            taken = (int)Math.Max(0, result.Bytes);
            return result;
        }
        finally
        {
            Take(segment, taken);
        }
    }

    private unsafe IoResult ReceiveMany(ByteChannel channel, InputSegment first, out bool mayHaveMore)
    {
        var segments = new SegmentArray();
        var handles = new HandleArray();
        var vectors = stackalloc Libc.IoVec[MaxBlocks];
        var room = 0L;
        var count = 0;
        var left = 0;
        try
        {
            while (count < _blocksPerReceive && room < maxReceive)
            {
                var segment = count == 0 ? first : Rent();
                segments[count++] = segment;
                ref var handle = ref handles[count - 1];
                handle = segment.Free.Pin();
                vectors[count - 1] = new Libc.IoVec { Base = handle.Pointer, Length = (nuint)segment.Free.Length };
                room += segment.Free.Length;
            }

            var result = channel.Receive(vectors, count, out mayHaveMore);
            left = (int)Math.Max(0, result.Bytes);
            return result;
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                handles[i].Dispose();
                var taken = Math.Min(left, segments[i]!.Free.Length);
                Take(segments[i]!, taken);
                left -= taken;
            }
        }
    }

    /// <summary>Appends a segment's received bytes to the sequence, or gives an unused segment back.</summary>
    private void Take(InputSegment segment, int bytes)
    {
        if (bytes == 0)
        {
            if (!ReferenceEquals(segment, _tail))
            {
                Release(segment);
            }

            return;
        }

        segment.Append(bytes);
        _examinedAll = false;
        if (_tail is null)
        {
            segment.BeginAt(_received);
            _head = _unread = _tail = segment;
            _headIndex = _unreadIndex = 0;
        }
        else if (!ReferenceEquals(segment, _tail))
        {
            if (IsEmpty)
            {
                // All before it is only held.
                _unread = segment;
                _unreadIndex = 0;
            }

            _tail.LinkTo(segment);
            _tail = segment;
        }

        _received += bytes;
    }

    private InputSegment Rent()
    {
        var segment = _spares ?? new InputSegment();
        if (ReferenceEquals(segment, _spares))
        {
            _spares = segment.NextSpare;
            segment.NextSpare = null;
            _spareCount--;
        }

        segment.Fill(pool.Rent(MinimumRoom));
        return segment;
    }

    private void ReleaseHead()
    {
        var head = _head!;
        _head = head.NextSegment;
        if (_head is null)
        {
            _tail = null;
        }

        Release(head);
    }

    private void Release(InputSegment segment)
    {
        segment.Clear(pool);
        if (_spareCount < MaxSpares)
        {
            segment.NextSpare = _spares;
            _spares = segment;
            _spareCount++;
        }
    }

    [InlineArray(MaxBlocks)]
    private struct SegmentArray
    {
        private InputSegment? _first;
    }

    [InlineArray(MaxBlocks)]
    private struct HandleArray
    {
        private MemoryHandle _first;
    }
}
