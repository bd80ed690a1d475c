using Aeronet.AspNetCore.Transport.Diagnostics;
using System.Buffers;
using System.Runtime.CompilerServices;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.SendFile;

namespace Aeronet.AspNetCore.Transport.Connections;

internal sealed partial class ConnectionOutput
{
    /// <summary>The buffer used where the kernel refuses sendfile.</summary>
    private const int CopyChunk = 64 * 1024;

    /// <summary>How often to look whether a system call under way has returned, the last times 1 ms apart.</summary>
    private const int LongestCall = 100;

    private readonly SocketHandle _socket;
    private ByteChannel _channel;
    private readonly int _sendChunk;
    private long _totalSent;
    private int _fileError;

    // Under the gate. Sending: a thread is between taking and giving back the right to send. Blocked: the socket is full
    // and its readiness will be reported. WritableAgain: it was reported while a thread was sending.
    private bool _sending;
    private bool _blocked;
    private bool _writableAgain;
    private bool _watchesWritable;

    public bool SendsFilesByKernel => _channel.SendsFilesByKernel;

    public long BytesSent => Volatile.Read(ref _totalSent);

    public bool HasEnded
    {
        get
        {
            if (!IsDropped)
            {
                return false;
            }

            // A call on a socket that does not block: what it has sent counts.
            for (var wait = default(SpinWait); Volatile.Read(ref _sending) && wait.Count < LongestCall;)
            {
                wait.SpinOnce();
            }

            return true;
        }
    }

    public long? TotalTaken
    {
        get
        {
            lock (_queue)
            {
                // During a call the kernel has bytes already that we have not counted yet, up to megabytes of a file.
                return _sending ? null : _totalSent - _socket.UnacknowledgedBytes();
            }
        }
    }

    /// <summary>Whether flushed bytes have not left: a moment's value.</summary>
    internal bool HasUnsent => _queue.Queued > 0;

    /// <summary>Under the gate: nothing is left to send, the end included.</summary>
    private bool IsDrained => _queue.Queued == 0 && !_ending && !_channel.HoldsBytes;

    private enum SendOutcome
    {
        Sent,
        WouldBlock,
        PeerGone,
        FileTruncated,
        FileUnreadable,
    }

    /// <summary>Sends by <paramref name="channel"/> from now on. Before the first write.</summary>
    internal void Use(ByteChannel channel) => _channel = channel;

    /// <summary>
    /// Sends what the channel holds (a handshake's last records), by the next flush on this loop or when its dispatch returns; at once
    /// on a thread that leads none.
    /// </summary>
    internal void SendHeld()
    {
        lock (_queue)
        {
            if (_sending || _scheduled || !_channel.HoldsBytes)
            {
                return;
            }

            _scheduled = true;
        }

        SendSoon(LoopThread.Current);
    }

    /// <summary>The loop saw the socket become writable: what is queued is sent when its dispatch returns.</summary>
    internal void OnWritable()
    {
        Interleaving.Point();
        lock (_queue)
        {
            if (_sending)
            {
                _writableAgain = true;
                return;
            }

            if (!_blocked)
            {
                return;
            }

            _blocked = false;
            if (_scheduled)
            {
                return;
            }

            _scheduled = true;
        }

        SendSoon(LoopThread.Current);
    }

    void ILoopWork.RunOnLoop() => SendScheduled();

    void IDeferredFlush.SendDeferred() => SendScheduled();

    void IFileRegionOutput.AbortSlowReader(double bytesPerSecond) => _connection.AbortSlowReader(bytesPerSecond);

    void IFileRegionOutput.BeginRequest(Func<object, bool> isOver, object request, long bytesToCome) =>
        _connection.BeginRequest(isOver, request, bytesToCome);

    void IFileRegionOutput.AbortTruncatedFile(long missing) => _connection.OnFileTruncated(missing);

    private void SendScheduled() => TrySend(scheduled: true);

    /// <summary>When the dispatch of <paramref name="thread"/>, the calling one, returns; at once when it leads no loop.</summary>
    private void SendSoon(LoopThread? thread)
    {
        if (thread?.TryOwe((IDeferredFlush)this) != true)
        {
            SendScheduled();
        }
    }

    /// <summary>Sends what is queued, unless somebody else does or the socket is known to be full.</summary>
    private void TrySend(bool scheduled)
    {
        var budget = (long)_sendChunk;
        Portion portion;
        Interleaving.Point();
        lock (_queue)
        {
            _scheduled &= !scheduled;
            if (_sending || _blocked || IsDropped || IsDrained)
            {
                return;
            }

            _sending = true;
            _writableAgain = false;
            portion = TakePortion(budget);
        }

        SendOutcome outcome;
        try
        {
            outcome = SendQueued(portion, budget);
        }
        catch (Exception failure)
        {
            // Not for what the socket says, which is a value: a memory pool of the application's, or no memory.
            bool areBack;
            Interleaving.Point();
            lock (_queue)
            {
                _sending = false;
                if (IsDropped)
                {
                    _queue.Drop();
                }

                areBack = TakeBlocksAreBack();
            }

            if (areBack)
            {
                _connection.OnSideReturnedBlocks();
            }

            _connection.OnFault(failure);
            return;
        }

        Conclude(outcome);
    }

    /// <summary>Sends one portion after the other as the right to send lasts, and gives it back.</summary>
    private SendOutcome SendQueued(Portion portion, long budget)
    {
        while (true)
        {
            var outcome = Send(portion, out var sent);
            budget -= sent;
            Interleaving.Point();
            lock (_queue)
            {
                _queue.Consume(sent);
                _ending &= !portion.IsEnd || outcome == SendOutcome.WouldBlock;
                if (!GoesOn(outcome, budget))
                {
                    return outcome;
                }

                portion = TakePortion(budget);
            }
        }
    }

    /// <summary>Under the gate: what to send next.</summary>
    private Portion TakePortion(long budget)
    {
        if (_queue.Peek() is not { } first)
        {
            return new Portion { IsEnd = _ending };
        }

        if (first.Region is { } region)
        {
            return new Portion
            {
                First = first,
                Region = region,
                Offset = region.Offset + first.Sent,
                Length = Math.Min(first.Unsent, Math.Max(budget, CopyChunk)),
            };
        }

        // What is encrypted here takes close_notify along. The kernel's TLS closes a record that it was told to hold when another type follows.
        var count = _queue.CountMemorySegments(first, out var fileFollows, out var isAll);
        var endFollows = isAll && _ending && !_channel.SendsFilesByKernel;
        return new Portion { First = first, Memory = first.UnsentMemory, Segments = count, MoreFollows = fileFollows || endFollows };
    }

    private SendOutcome Send(in Portion portion, out long sent)
    {
        var wanted = (long)portion.Memory.Length;
        var result = portion.IsEnd ? _channel.SendEnd()
            : portion.First is null ? _channel.SendHeld()
            : portion.Region is not null ? SendFile(portion)
            : portion.Segments == 1 ? _channel.Send(portion.Memory.Span, portion.MoreFollows)
            : SendMany(portion, out wanted);
        sent = 0;
        if (result.IsSuccess)
        {
            sent = result.Bytes;
            Interlocked.Add(ref _loop.Counters.BytesSent, sent);
            _totalSent += sent;
            if (portion.Region is not null)
            {
                return sent == 0 ? SendOutcome.FileTruncated : SendOutcome.Sent;
            }

            // A short send has filled the socket and armed the report of its readiness (tcp_sendmsg sets SOCK_NOSPACE).
            return sent < wanted ? SendOutcome.WouldBlock : SendOutcome.Sent;
        }

        if (result.IsWouldBlock)
        {
            Interlocked.Increment(ref _loop.Counters.SendWouldBlock);
            return SendOutcome.WouldBlock;
        }

        // Nothing is sent any more, but what was counts: the access log tells of it.
        var left = _channel.SentBeforeFailure;
        Interlocked.Add(ref _loop.Counters.BytesSent, left);
        _totalSent += left;
        return portion.Region is { } region ? JudgeFileError(region, result) : SendOutcome.PeerGone;
    }

    private SendOutcome JudgeFileError(FileRegion region, IoResult result)
    {
        if (result.IsPeerGone || result.IsClosed)
        {
            return SendOutcome.PeerGone;
        }

        if (!region.MustCopy && result.Errno is Errno.EINVAL or Errno.ENOSYS or Errno.EOPNOTSUPP)
        {
            region.MustCopy = true;
            _connection.Metrics.FellBack(CopyReason.RefusedByKernel);
            return SendOutcome.Sent;
        }

        _fileError = result.Errno;
        return SendOutcome.FileUnreadable;
    }

    /// <summary>
    /// Under the gate: whether this thread sends on. It does not when nothing is queued, the socket is full, the budget is
    /// spent, or the connection ended; then the right to send is given back.
    /// </summary>
    private bool GoesOn(SendOutcome outcome, long budget)
    {
        if (IsDropped)
        {
            _queue.Drop();
        }
        else if (outcome == SendOutcome.Sent && !IsDrained && budget > 0)
        {
            return true;
        }
        else if (outcome == SendOutcome.WouldBlock)
        {
            if (_writableAgain)
            {
                _writableAgain = false;
                return true;
            }

            _blocked = true;
        }

        _sending = false;
        return false;
    }

    /// <summary>After the right to send was given back: continues who waits, and acts on a failure.</summary>
    private void Conclude(SendOutcome outcome)
    {
        bool continues, requeues, watches, areBack;
        TaskCompletionSource? drained = null;
        long missing;
        Interleaving.Point();
        lock (_queue)
        {
            missing = _queue.QueuedFile;
            if (IsDrained)
            {
                drained = _drained;
                _drained = null;
            }

            // After a failure the connection's end continues it.
            continues = _flushWaits && (outcome is SendOutcome.Sent or SendOutcome.WouldBlock) && _queue.QueuedFile == 0 && _queue.Queued <= _pauseAt / 2;
            _flushWaits &= !continues;
            watches = _blocked && !_watchesWritable;
            _watchesWritable |= watches;

            // The budget is spent: the others first.
            requeues = outcome == SendOutcome.Sent && !IsDrained && !_sending && !_blocked && !IsDropped && !_scheduled;
            _scheduled |= requeues;
            areBack = TakeBlocksAreBack();
        }

        if (areBack)
        {
            _connection.OnSideReturnedBlocks();
        }

        if (watches)
        {
            // Once per connection that ever fills its socket. Readiness that came in between is reported anew.
            _connection.WatchFor(EpollEvents.Out);
        }

        if (requeues)
        {
            _loop.Post(this);
        }

        drained?.TrySetResult();
        if (continues)
        {
            ContinueFlush();
        }

        switch (outcome)
        {
            case SendOutcome.PeerGone:
                _connection.OnPeerGone();
                break;
            case SendOutcome.FileTruncated:
                _connection.OnFileTruncated(missing);
                break;
            case SendOutcome.FileUnreadable:
                _connection.OnFileUnreadable(_fileError);
                break;
        }
    }

    private IoResult SendFile(in Portion portion)
    {
        var region = portion.Region!;
        if (region.MustCopy)
        {
            return CopyFile(portion);
        }

        var result = _channel.SendFile(region.File, portion.Offset, portion.Length);
        if (result.Bytes > 0)
        {
            CountFileBytes(result.Bytes);
        }

        return result;
    }

    private void CountFileBytes(long bytes)
    {
        if (_channel.SendsFilesByKernel)
        {
            ref var counters = ref _loop.Counters;
            Interlocked.Add(ref _channel.IsTls ? ref counters.EncryptedFileBytesSent : ref counters.FileBytesSent, bytes);
        }
    }

    private IoResult CopyFile(in Portion portion)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyChunk);
        try
        {
            var chunk = buffer.AsSpan(0, (int)Math.Min(portion.Length, CopyChunk));
            var read = RandomAccess.Read(portion.Region!.File, chunk, portion.Offset);
            return read == 0 ? IoResult.FromBytes(0) : _channel.Send(chunk[..read], more: false);
        }
        catch (IOException)
        {
            return IoResult.FromErrno(Errno.EIO);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private unsafe IoResult SendMany(in Portion portion, out long wanted)
    {
        var handles = new HandleArray();
        var vectors = stackalloc Libc.IoVec[SocketHandle.MaxVectors];
        wanted = 0;
        lock (_queue)
        {
            var segment = portion.First!;
            for (var i = 0; i < portion.Segments; i++, segment = segment.Next!)
            {
                var memory = segment.UnsentMemory;
                handles[i] = memory.Pin();
                vectors[i] = new Libc.IoVec { Base = handles[i].Pointer, Length = (nuint)memory.Length };
                wanted += memory.Length;
            }
        }

        var result = _channel.Send(vectors, portion.Segments, portion.MoreFollows);
        for (var i = 0; i < portion.Segments; i++)
        {
            handles[i].Dispose();
        }

        return result;
    }

    /// <summary>What one call sends: a stretch of a file, one block, several blocks from the first on, or the end.</summary>
    private readonly struct Portion
    {
        /// <summary>Null for the end, and for what the channel holds.</summary>
        internal OutputSegment? First { get; init; }

        internal FileRegion? Region { get; init; }

        internal long Offset { get; init; }

        internal long Length { get; init; }

        internal ReadOnlyMemory<byte> Memory { get; init; }

        internal int Segments { get; init; }

        internal bool MoreFollows { get; init; }

        internal bool IsEnd { get; init; }
    }

    [InlineArray(SocketHandle.MaxVectors)]
    private struct HandleArray
    {
        private MemoryHandle _first;
    }
}
