using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.SendFile;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// The chain of segments between the application and the socket:
/// <code>
/// head ... sent ... | ... queued ... committedTail | ... written, not flushed ... tail
/// </code>
/// The application appends behind committedTail without a lock; everything up to it is moved under the lock of
/// <see cref="ConnectionOutput"/>, which says who may call what. While the application holds memory of the last block
/// (<c>lent</c>) that block is not given back even when all of it has been sent.
/// </summary>
internal sealed class OutputQueue(BlockPool pool)
{
    private const int MaxSpares = 32;

    /// <summary>From this many bytes on that were written and not flushed, what follows is worth large blocks.</summary>
    private const int MuchUnflushed = 8 * 1024;

    /// <summary>Whole TLS records lie in one, and are encrypted where they lie.</summary>
    private const int LargeBlock = 64 * 1024;

    private OutputSegment? _head;
    private OutputSegment? _committedTail;
    private OutputSegment? _tail;
    private bool _lent;

    // Empty segments: the sender puts them in one list under the lock, the application takes them from another, and
    // lending moves the first to the second.
    private OutputSegment? _released;
    private OutputSegment? _spares;
    private int _releasedCount;

    /// <summary>Flushed bytes that have not left.</summary>
    internal long Queued { get; private set; }

    /// <summary>Those of <see cref="Queued"/> that are a file's.</summary>
    internal long QueuedFile { get; private set; }

    /// <summary>Written bytes that have not been flushed. The application's.</summary>
    internal long Unflushed { get; private set; }

    /// <summary>Whether the application holds memory of the last block. Written under the lock, read by the application.</summary>
    internal bool IsLent => _lent;

    /// <summary>The application's: nothing is written, nothing is queued and no memory is held.</summary>
    internal bool IsIdle => !_lent && Unflushed == 0 && Queued == 0;

    /// <summary>Under the lock: from here to the next <see cref="Commit"/> the application owns what it appends.</summary>
    internal void Lend()
    {
        _lent = true;
        while (_released is { } segment)
        {
            _released = segment.Next;
            segment.Next = _spares;
            _spares = segment;
        }

        _releasedCount = 0;
    }

    /// <summary>The application's: memory to write to.</summary>
    internal Memory<byte> GetMemory(int sizeHint)
    {
        if (_tail is not { IsFile: false } tail || tail.Room < Math.Max(1, sizeHint))
        {
            tail = Rent();
            tail.UseBlock(pool, Unflushed < MuchUnflushed ? sizeHint : Math.Max(sizeHint, LargeBlock));
            Append(tail);
        }

        return tail.Block[(int)tail.Written..];
    }

    /// <summary>The application's: notes bytes written to the memory last given out.</summary>
    internal void Advance(int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        if (_tail is not { IsFile: false } tail || bytes > tail.Room)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "More bytes than the memory that was asked for.");
        }

        tail.Written += bytes;
        Unflushed += bytes;
    }

    /// <summary>The application's: appends bytes of a file.</summary>
    internal void AdvanceFile(FileRegion region, int bytes)
    {
        region.Claim(bytes);
        if (!ReferenceEquals(_tail?.Region, region))
        {
            var segment = Rent();
            segment.UseRegion(region);
            Append(segment);
        }

        _tail!.Written += bytes;
        Unflushed += bytes;
    }

    /// <summary>The application's: whether bytes of <paramref name="region"/> were the last ones appended.</summary>
    internal bool EndsWith(FileRegion region) => ReferenceEquals(_tail?.Region, region);

    /// <summary>
    /// Under the lock: makes everything written ready to be sent, and ends the application's hold.
    /// </summary>
    internal void Commit()
    {
        for (var segment = _committedTail ?? _head; segment is not null; segment = segment.Next)
        {
            var added = segment.Written - segment.Committed;
            segment.Committed = segment.Written;
            Queued += added;
            QueuedFile += segment.IsFile ? added : 0;
        }

        _committedTail = _tail;
        Unflushed = 0;
        _lent = false;
        ReleaseSent();
    }

    /// <summary>Under the lock: the first segment with something to send; null when nothing is queued.</summary>
    internal OutputSegment? Peek()
    {
        var first = Queued == 0 ? null : _head;
        while (first is { Unsent: 0 })
        {
            first = first.Next;
        }

        return first;
    }

    /// <summary>
    /// Under the lock: counts the memory segments to send together from <paramref name="first"/> on.
    /// <paramref name="fileFollows"/> says that a file stands right behind them, <paramref name="isAll"/> that nothing does.
    /// </summary>
    internal int CountMemorySegments(OutputSegment first, out bool fileFollows, out bool isAll)
    {
        var count = 0;
        fileFollows = isAll = false;
        for (var segment = first; count < SocketHandle.MaxVectors; segment = segment.Next!)
        {
            if (segment.IsFile)
            {
                fileFollows = segment.Unsent > 0;
                break;
            }

            count++;
            if (ReferenceEquals(segment, _committedTail))
            {
                isAll = true;
                break;
            }
        }

        return count;
    }

    /// <summary>Under the lock: notes that bytes have left.</summary>
    internal void Consume(long bytes)
    {
        Queued -= bytes;
        for (var segment = _head; bytes > 0; segment = segment!.Next)
        {
            var taken = Math.Min(bytes, segment!.Unsent);
            segment.Sent += taken;
            QueuedFile -= segment.IsFile ? taken : 0;
            bytes -= taken;
        }

        ReleaseSent();
    }

    /// <summary>Under the lock: drops what was flushed; after a <see cref="Commit"/>, everything.</summary>
    internal void Drop()
    {
        for (var segment = _committedTail is null ? null : _head; segment is not null; segment = segment.Next)
        {
            segment.Sent = segment.Committed;
            segment.ReleaseFile();
            if (ReferenceEquals(segment, _committedTail))
            {
                break;
            }
        }

        Queued = QueuedFile = 0;
        ReleaseSent();
    }

    /// <summary>Gives back the first segments as far as they have been sent and nobody writes to them.</summary>
    private void ReleaseSent()
    {
        while (_head is { } head && head.Unsent == 0)
        {
            if (ReferenceEquals(head, _committedTail))
            {
                // The application may be appending to it or behind it.
                if (_lent)
                {
                    return;
                }

                _head = _tail = _committedTail = null;
            }
            else if (_committedTail is null)
            {
                return;
            }
            else
            {
                _head = head.Next;
            }

            Release(head);
        }
    }

    private void Append(OutputSegment segment)
    {
        if (_tail is { } tail)
        {
            tail.Next = segment;
        }
        else
        {
            _head = segment;
        }

        _tail = segment;
    }

    private OutputSegment Rent()
    {
        if (_spares is not { } segment)
        {
            return new OutputSegment();
        }

        _spares = segment.Next;
        segment.Next = null;
        return segment;
    }

    private void Release(OutputSegment segment)
    {
        segment.Clear(pool);
        if (_releasedCount < MaxSpares)
        {
            segment.Next = _released;
            _released = segment;
            _releasedCount++;
        }
    }
}
