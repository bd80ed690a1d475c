using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.SendFile;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// The application's writer. A flush made while a loop dispatches this or another connection only marks the output; it
/// leaves in one call when the dispatch returns. A flush made elsewhere sends on the spot, or, on a connection that
/// multiplexes streams, a moment later with what several streams have flushed. One thread at a time sends; whoever flushes
/// meanwhile leaves it to that one. The application writes under no lock.
/// </summary>
/// <remarks>The sending itself is in <c>ConnectionOutput.Sending.cs</c>, the end in <c>ConnectionOutput.Ending.cs</c>.</remarks>
internal sealed partial class ConnectionOutput : PipeWriter, IValueTaskSource<FlushResult>, ILoopWork, ILoopContinuation, IThreadPoolWorkItem, IDeferredFlush, IFileRegionOutput, ISendProgressFeature
{
    /// <summary>What a flush takes that goes nowhere: long enough for the application to hear that the connection has ended.</summary>
    private static readonly TimeSpan s_untilTold = TimeSpan.FromMilliseconds(10);

    private readonly AeronetConnection _connection;
    private readonly EventLoop.EventLoop _loop;

    // Also the gate: its header is in a cache line that is needed anyway, which a lock object's would not be.
    private readonly OutputQueue _queue;
    private readonly long _pauseAt;
    private FileRegion? _region;
    private ContinuationBeside? _beside;
    private FileRegion? _armed;
    private long _totalWritten;
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _cancellation;

    // Guarded by _queue.
    private bool _scheduled;
    private bool _flushWaits;
    private bool _flushCanceled;

    internal ConnectionOutput(AeronetConnection connection, SocketHandle socket, ByteChannel channel, EventLoop.EventLoop loop, AeronetTransportOptions options)
    {
        _connection = connection;
        _socket = socket;
        _channel = channel;
        _loop = loop;
        _queue = new OutputQueue(connection.Blocks);
        _pauseAt = options.MaxWriteBufferSize;
        _sendChunk = options.SendChunk;
    }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _queue.Unflushed;

    private enum FlushRoute
    {
        /// <summary>Nothing to send, or somebody is sending or about to.</summary>
        None,

        /// <summary>This thread, now.</summary>
        Now,

        /// <summary>This thread, when its dispatch returns.</summary>
        Deferred,

        /// <summary>The loop or the thread pool, with what other streams flush until then.</summary>
        Gathered,
    }

    public long BytesWritten => Volatile.Read(ref _totalWritten);

    ZeroCopyResponseBody? IFileRegionOutput.ResponseBody { get; set; }

    IHostGuard? IFileRegionOutput.HostGuard { get; set; }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_armed is not null)
        {
            return FileRegion.Marker;
        }

        if (_completed)
        {
            throw new InvalidOperationException("Writing is not allowed after the writer was completed.");
        }

        Lend();
        return _queue.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (_armed is { } region)
        {
            Lend();
            _queue.AdvanceFile(region, bytes);
        }
        else
        {
            _queue.Advance(bytes);
        }

        Volatile.Write(ref _totalWritten, _totalWritten + bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        // Kestrel ends every response with a flush, often of nothing.
        Interleaving.Point();
        if (_queue.IsIdle && !IsDropped && !_flushCanceled)
        {
            return default;
        }

        var thread = LoopThread.Current;
        var result = default(FlushResult);
        FlushRoute route;
        Interleaving.Point();
        lock (_queue)
        {
            CommitByGate();
            route = Choose(thread);
            if (route is FlushRoute.Deferred or FlushRoute.Gathered)
            {
                result = TakeFlushResult();
            }
        }

        switch (route)
        {
            case FlushRoute.Deferred:
                SendSoon(thread);
                return new ValueTask<FlushResult>(result);
            case FlushRoute.Gathered:
                Gather();
                return new ValueTask<FlushResult>(result);
            case FlushRoute.Now:
                TrySend(scheduled: false);
                break;
        }

        return WaitForRoom(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        bool completes;
        Interleaving.Point();
        lock (_queue)
        {
            _flushCanceled = true;
            completes = _flushWaits;
            _flushWaits = false;
        }

        if (completes)
        {
            ContinueElsewhere();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        Disarm();
        Interleaving.Point();
        lock (_queue)
        {
            CommitByGate();
        }
    }

    public bool TryArm(SafeFileHandle file, long offset, long count)
    {
        if (_armed is not null || IsDropped || _completed)
        {
            return false;
        }

        // The region of the last file is free again unless its flush was cancelled while it was being sent.
        var region = _region is { IsInUse: true } ? new FileRegion() : _region ??= new FileRegion();
        if (!region.TryUse(file, offset, count))
        {
            return false;
        }

        _armed = region;
        return true;
    }

    public void Disarm()
    {
        if (_armed is { } region)
        {
            _armed = null;
            Interleaving.Point();

            // Bytes that were advanced over are queued, and the queue releases the region when it is done with it.
            if (!_queue.EndsWith(region))
            {
                region.Release();
            }
        }
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        Interleaving.WaitsForCallbacks();
        _cancellation.Dispose();
        _cancellation = default;
        _source.GetResult(token);
        lock (_queue)
        {
            return TakeFlushResult();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void CommitByGate()
    {
        _queue.Commit();

        // While a thread sends, the blocks are in its hands; it drops them when it comes back.
        if (IsDropped && !_sending)
        {
            _queue.Drop();
        }
    }

    private void Lend()
    {
        if (!_queue.IsLent)
        {
            Interleaving.Point();
            lock (_queue)
            {
                _queue.Lend();
            }
        }
    }

    /// <summary>Under the gate: who sends what has just been flushed, and when.</summary>
    private FlushRoute Choose(LoopThread? thread)
    {
        if (_queue.Queued == 0 || _sending || _blocked || IsDropped)
        {
            return FlushRoute.None;
        }

        // A file, or a buffer's worth of bytes, deserves its own call at once.
        if (_queue.QueuedFile > 0 || _queue.Queued >= _pauseAt)
        {
            return FlushRoute.Now;
        }

        var route = thread is { IsLeading: true } ? FlushRoute.Deferred
            : _connection.IsMultiplexed ? FlushRoute.Gathered
            : FlushRoute.Now;
        if (route == FlushRoute.Now)
        {
            return route;
        }

        if (_scheduled)
        {
            return FlushRoute.None;
        }

        _scheduled = true;
        return route;
    }

    /// <summary>
    /// Sends later what several streams have flushed. Streams run on the thread pool: there the thread that has just written
    /// their frames sends them too, right after, which costs neither a wake-up of the loop nor a move to another processor.
    /// </summary>
    private void Gather()
    {
        if (Thread.CurrentThread.IsThreadPoolThread)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
        else
        {
            _loop.Post(this);
        }
    }

    /// <summary>What was gathered is sent.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            SendScheduled();
        }
        catch (Exception failure)
        {
            // No memory, and none for ending the connection because of it: nobody else catches what is thrown here.
            _loop.Group.OnHandlerFailed(failure);
        }
    }

    private ValueTask<FlushResult> WaitForRoom(CancellationToken cancellationToken)
    {
        short version;
        Interleaving.Point();
        lock (_queue)
        {
            var fits = _queue.Queued < _pauseAt && _queue.QueuedFile == 0;
            if (_flushCanceled || _completed || (fits && !IsDropped))
            {
                return new ValueTask<FlushResult>(TakeFlushResult());
            }

            _source.Reset();
            version = _source.Version;
            _connection.OnApplicationWaits();
            _flushWaits = true;
            if (IsDropped)
            {
                // Who writes until it is told would do so as fast as memory allows, and it is told on the thread pool, a moment later.
                _ = CompleteWhenTold(version);
                return new ValueTask<FlushResult>(this, version);
            }
        }

        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(static (output, token) => ((ConnectionOutput)output!).OnFlushCanceled(token), this);
        }

        return new ValueTask<FlushResult>(this, version);
    }

    private async Task CompleteWhenTold(short version)
    {
        await Task.Delay(s_untilTold, _loop.Group.Clock).ConfigureAwait(false);
        Interleaving.Point();
        lock (_queue)
        {
            // Somebody may have completed this flush meanwhile, and the next one be another's to complete.
            if (!_flushWaits || _source.Version != version)
            {
                return;
            }

            _flushWaits = false;
        }

        _source.RunContinuationsAsynchronously = false;
        _source.SetResult(true);
    }

    private FlushResult TakeFlushResult()
    {
        var canceled = _flushCanceled;
        _flushCanceled = false;
        return new FlushResult(canceled, isCompleted: IsDropped);
    }

    private void OnFlushCanceled(CancellationToken cancellationToken)
    {
        Interleaving.Point();
        lock (_queue)
        {
            if (!_flushWaits)
            {
                return;
            }

            _flushWaits = false;
        }

        _source.RunContinuationsAsynchronously = true;
        _source.SetException(new OperationCanceledException(cancellationToken));
    }

    /// <summary>Continues the application on the loop.</summary>
    void ILoopContinuation.Continue()
    {
        LoopAudit.EntersApplication();
        _source.RunContinuationsAsynchronously = false;
        _source.SetResult(true);
        _connection.OnApplicationReturned();
    }

    /// <summary>On a loop the application goes on there, or beside it when it has blocked; another thread has work of its own to get back to.</summary>
    private void ContinueFlush()
    {
        if (_loop.Group.RunsOnThreadPool || LoopThread.Current is not { IsLeading: true } thread)
        {
            ContinueElsewhere();
        }
        else if (_connection.MustRunBeside || !thread.TryOwe((ILoopContinuation)this))
        {
            _loop.Group.RunBeside(_beside ??= new ContinuationBeside(this));
        }
    }

    private void ContinueElsewhere()
    {
        _source.RunContinuationsAsynchronously = true;
        try
        {
            _source.SetResult(true);
        }
        catch (Exception failure)
        {
            // As for a read: see ConnectionInput.
            _loop.Group.OnHandlerFailed(failure);
        }
    }

    /// <summary>Continues the application beside the loop.</summary>
    private sealed class ContinuationBeside(ConnectionOutput output) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            var start = output._loop.Group.Clock.GetTimestamp();
            try
            {
                output._source.RunContinuationsAsynchronously = false;
                output._source.SetResult(true);
            }
            catch (Exception failure)
            {
                output._loop.Group.OnHandlerFailed(failure);
            }

            output._connection.OnApplicationReturnedBeside(start);
        }
    }
}
