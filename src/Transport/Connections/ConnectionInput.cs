using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// The application's reader. Reads on demand: a read that finds nothing buffered receives straight from the socket where
/// it stands if the socket is known to be ready, and otherwise waits for the loop to receive for it and to continue the
/// application on the loop. What the application does not ask for stays in the kernel, which is the back-pressure.
/// </summary>
/// <remarks>The receiving itself is in <c>ConnectionInput.Receiving.cs</c>, whose turn it is in <c>ConnectionInput.Turns.cs</c>, how it ends in <c>ConnectionInput.Ending.cs</c>.</remarks>
internal sealed partial class ConnectionInput : PipeReader, IValueTaskSource<ReadResult>, ILoopWork, ILoopContinuation, IThreadPoolWorkItem
{
    /// <summary>What one dispatch on a loop may receive before other connections get their turn.</summary>
    private const long BytesPerDispatch = 256 * 1024;

    /// <summary>What a receive counts for at least: a few bytes cost as much as many.</summary>
    private const long LeastPerReceive = 4 * 1024;

    private const ReadState HowPeerClosed = ReadState.PeerClosed | ReadState.PeerGone | ReadState.PeerReset;

    private readonly AeronetConnection _connection;
    private ByteChannel _channel;
    private readonly EventLoop.EventLoop _loop;
    private readonly InputBuffer _buffer;
    private readonly HeldInput? _held;
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _firedToken;
    private int _stateBits;
    private int _toldBits;
    private long _dispatchBytes;
    private bool _sawFirstBytes;
    private long _streamStart;
    private PoolGuests.Seat? _seat;

    internal ConnectionInput(AeronetConnection connection, ByteChannel channel, EventLoop.EventLoop loop, TransportServices services)
    {
        _connection = connection;
        _channel = channel;
        _loop = loop;
        _buffer = new InputBuffer(connection.Blocks, services.Options.MaxReadBufferSize);
        if (services.Refusals is { } observer)
        {
            _held = new HeldInput(_buffer, observer.MaxHeldBytes);
            _buffer.Holds = true;
        }

        if (!connection.WatchesReads)
        {
            // Nobody says what was there before: a look is cheaper than to be told.
            _stateBits = (int)ReadState.Readable;
        }
    }

    /// <summary>Whether the socket may hold bytes that nobody has received.</summary>
    internal bool MayHaveUnread => (State & ReadState.Ended) == 0;

    /// <summary>Whether the loop has seen the socket become readable and nobody has received since.</summary>
    internal bool IsReadable => (State & ReadState.Readable) != 0;

    /// <summary>The bytes of the present message. Null unless somebody wants to see refused ones.</summary>
    internal HeldInput? Held => _held;

    /// <summary>Where in the stream the first byte lies that the application has not consumed.</summary>
    internal long Position => _buffer.Position;

    /// <summary>How many bytes of the stream were received.</summary>
    internal long Received => _buffer.Received;

    private ReadState State
    {
        get
        {
            Interleaving.Point();
            return (ReadState)Volatile.Read(ref _stateBits);
        }
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        if (_held is not null)
        {
            NoteReadOfHeld(_held);
        }

        while (true)
        {
            if (TryReadNow(out var result))
            {
                return new ValueTask<ReadResult>(result);
            }

            _source.Reset();
            var version = _source.Version;
            _connection.OnApplicationWaits();

            // From here on the buffer is not ours: whoever takes Waiting away owns it.
            var before = Add(ReadState.Waiting | ReadState.Started);
            LeaveSeat();
            if ((before & (ReadState.Canceled | ReadState.Ended | ReadState.Stopped)) != 0)
            {
                if (TryTakeWaiting())
                {
                    continue;
                }
            }
            else if (!_connection.WatchesReads)
            {
                // Says so at once where there is something already.
                _connection.WatchFor(EpollEvents.In);
            }
            else if ((before & ReadState.Readable) != 0)
            {
                _loop.Post(this);
            }

            if (cancellationToken.CanBeCanceled)
            {
                _cancellation = cancellationToken.UnsafeRegister(static (input, token) => ((ConnectionInput)input!).OnCanceled(token), this);
            }

            return new ValueTask<ReadResult>(this, version);
        }
    }

    public override bool TryRead(out ReadResult result)
    {
        if ((State & ReadState.Started) == 0)
        {
            // Who only looks waits nowhere that the loop could serve it.
            Add(ReadState.Started);
        }

        if (TryReadNow(out result))
        {
            return true;
        }

        // Or the next look would be in vain too.
        if (!_connection.WatchesReads)
        {
            _connection.WatchFor(EpollEvents.In);
        }

        return false;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        try
        {
            if (TakeTurn())
            {
                _buffer.AdvanceTo(consumed, examined);
            }
        }
        finally
        {
            GiveTurnBackAndNotice();
        }
    }

    /// <summary>
    /// Ends a waiting read, with what the peer has sent by now: a server takes an empty one for leave to close the connection, when it stops
    /// or the connection was idle for long, and what lies in the kernel may be a request.
    /// </summary>
    public override void CancelPendingRead()
    {
        Add(ReadState.Canceled);
        if (TryTake(ReadState.Waiting, ReadState.Receiving))
        {
            CompletesRead();
            GiveTurnBackAndNotice();
            Continue(elsewhere: true);
        }
    }

    /// <summary>
    /// Receives by <paramref name="channel"/> from now on, which <paramref name="mayHaveMore"/> than the socket will tell of. Before the
    /// application's first read, or between two.
    /// </summary>
    internal void Use(ByteChannel channel, bool mayHaveMore)
    {
        _channel = channel;
        if (!_connection.WatchesReads)
        {
            _connection.WatchFor(EpollEvents.In);
        }

        if (mayHaveMore || (State & ReadState.PeerClosed) != 0)
        {
            Add(ReadState.Readable);
        }
        else
        {
            Remove(ReadState.Readable);
        }
    }

    /// <summary>
    /// Notes that the loop saw the socket become readable, or the peer go, which it is told once. <see cref="RunOnLoop"/> acts on it.
    /// </summary>
    internal void Note(EpollEvents events)
    {
        var flags = ReadState.Readable;
        if ((events & (EpollEvents.ReadHangUp | EpollEvents.PeerGone)) != 0)
        {
            flags |= ReadState.PeerClosed;
        }

        if ((events & EpollEvents.PeerGone) != 0)
        {
            flags |= ReadState.PeerGone;
        }

        if ((events & EpollEvents.Error) != 0)
        {
            flags |= ReadState.PeerReset;
        }

        Add(flags);
    }

    /// <summary>Whether the application is busy with something else than reading, which would find out that the peer has gone.</summary>
    internal bool IsUnawareOfClose => IsUnaware(State);

    /// <summary>
    /// Serves the waiting read where the dispatch mode and the connection's past say. When none waits, the application may not
    /// know yet that the peer has gone.
    /// </summary>
    public void RunOnLoop()
    {
        if ((State & ReadState.Waiting) == 0)
        {
            NoticePeerClosed();
        }
        else if (_loop.Group.RunsOnThreadPool)
        {
            EventLoopGroup.QueueToPool(this);
        }
        else if (_connection.MustRunBeside)
        {
            _loop.Group.RunBeside(this);
        }
        else
        {
            Serve();
        }
    }

    /// <summary>Continues the application on the loop.</summary>
    void ILoopContinuation.Continue()
    {
        Continue(elsewhere: false);
        _connection.OnApplicationReturned();
    }

    /// <summary>Serves the waiting read beside the loop.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        var start = _loop.Group.Clock.GetTimestamp();
        try
        {
            if (!Serve())
            {
                // Somebody else was first, or there was nothing: that says nothing of the application.
                return;
            }
        }
        catch (Exception failure)
        {
            _loop.Group.OnHandlerFailed(failure);
        }

        _connection.OnApplicationReturnedBeside(start);
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        // From here on the token does not fire for this read any more, and nothing of it is left for the next.
        Interleaving.WaitsForCallbacks();
        _cancellation.Dispose();
        _cancellation = default;
        if ((State & ReadState.TokenFired) != 0)
        {
            Remove(ReadState.TokenFired);
        }

        _source.GetResult(token);
        return TakeResult();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>
    /// Receives for the waiting read, and continues the application: on a loop when nothing else is in hand, else on this thread. False
    /// when there was nothing to continue it with.
    /// </summary>
    private bool Serve()
    {
        while (TryTake(ReadState.Waiting, ReadState.Receiving))
        {
            Volatile.Write(ref _dispatchBytes, 0);
            if (CompletesRead())
            {
                GiveTurnBackAndNotice();
                if (LoopThread.Current?.TryOwe(this) != true)
                {
                    Continue(elsewhere: false);
                }

                return true;
            }

            // A spurious wake-up. Give the turn back, and look again for what came in between: from here on whoever takes Waiting has
            // the blocks to give back that a completed reader left to us.
            TryTake(ReadState.Receiving, ReadState.Waiting);
            if ((State & ReadState.TokenFired) != 0)
            {
                ThrowCanceled();
            }
            else if ((State & (ReadState.Readable | ReadState.Canceled | ReadState.Stopped)) == 0)
            {
                return false;
            }
        }

        return false;
    }

    private void NoticePeerClosed()
    {
        var state = State;
        if (IsUnaware(state))
        {
            Volatile.Write(ref _toldBits, (int)(state & HowPeerClosed));
            _connection.OnPeerClosedUnread(isGone: (state & ReadState.PeerGone) != 0, isReset: (state & ReadState.PeerReset) != 0);
        }
    }

    private static bool IsUnaware(ReadState state)
    {
        const ReadState reading = ReadState.Waiting | ReadState.Receiving | ReadState.Ended | ReadState.Stopped;
        return (state & (reading | ReadState.PeerClosed)) == ReadState.PeerClosed;
    }

    private ReadResult TakeResult()
    {
        var canceled = (State & ReadState.Canceled) != 0;
        if (canceled)
        {
            Remove(ReadState.Canceled);
        }

        var end = EndedBy;
        if (end > InputEnd.Finished)
        {
            ThrowEnd(end);
        }

        return TryLook(out var bytes)
            ? new ReadResult(bytes, canceled, isCompleted: end != InputEnd.Open)
            : new ReadResult(default, canceled, isCompleted: true);
    }

    private void OnCanceled(CancellationToken cancellationToken)
    {
        // Noted first: a thread that receives for the read in vain finds it when it gives the turn back.
        _firedToken = cancellationToken;
        Add(ReadState.TokenFired);
        ThrowCanceled();
    }

    /// <summary>Ends a waiting read whose token has fired.</summary>
    private void ThrowCanceled()
    {
        if (TryTakeWaiting())
        {
            _source.RunContinuationsAsynchronously = true;
            _source.SetException(new OperationCanceledException(_firedToken));
        }
    }

    private void Continue(bool elsewhere)
    {
        if (!elsewhere)
        {
            LoopAudit.EntersApplication();
        }

        _source.RunContinuationsAsynchronously = elsewhere;
        try
        {
            _source.SetResult(true);
        }
        catch (Exception failure) when (elsewhere)
        {
            // The context of whoever waits may be gone, and whoever ends a connection has more to do.
            _loop.Group.OnHandlerFailed(failure);
        }
    }
}
