using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// One accepted connection: a socket that belongs to one loop for life, the application's reader and writer on it, and
/// the one place that decides how it ends. Reading and writing are separate states, so that a handler which blocks in one
/// can be freed by an event for the other.
/// </summary>
/// <remarks>What Kestrel and the application can ask of it is in <c>AeronetConnection.Features.cs</c>, what its events bring about in <c>AeronetConnection.Dispatch.cs</c>.</remarks>
internal sealed partial class AeronetConnection : ConnectionContext, IDuplexPipe, ILoopWork, IThreadPoolWorkItem
{
    private static readonly TimeSpan s_halfCloseGrace = TimeSpan.FromMilliseconds(100);

    private readonly TransportServices _services;
    private readonly EventLoop.EventLoop _loop;
    private readonly SocketHandle _socket;
    private readonly ConnectionInput _input;
    private readonly ConnectionOutput _output;
    private readonly CancellationTokenSource _closedSource = new();
    private Timer? _halfCloseTimer;
    private int _halfCloseSeen;
    private int _closeReason;
    private int _closedFired;
    private int _socketClosed;

    internal AeronetConnection(
        TransportServices services,
        EventLoop.EventLoop loop,
        SocketHandle socket,
        MemoryPool<byte> memoryPool,
        EndPoint listenEndPoint,
        EndPoint? remoteEndPoint)
    {
        _services = services;
        _loop = loop;
        _socket = socket;
        _listenEndPoint = listenEndPoint;
        MemoryPool = memoryPool;
        RemoteEndPoint = remoteEndPoint;
        Transport = this;
        ConnectionClosed = _closedSource.Token;
        var plain = new PlainChannel(socket);
        _input = new ConnectionInput(this, plain, loop, services);
        _output = new ConnectionOutput(this, socket, plain, loop, services.Options);
        Token = loop.Slots.Add(this);
    }

    /// <summary>The user data of this connection's events.</summary>
    internal ulong Token { get; }

    /// <summary>Whether several streams share the connection (HTTP/2), so that their flushes are worth gathering.</summary>
    internal bool IsMultiplexed { get; private set; }

    internal TransportMetrics Metrics => _services.Metrics;

    internal ConnectionOutput Output => _output;

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Lets the loop deliver the socket's events. False, with everything released, when the kernel refuses.</summary>
    internal bool TryStart(out int errno)
    {
        errno = _loop.Watch(_socket, EpollEvents.In | EpollEvents.ReadHangUp | EpollEvents.EdgeTriggered, Token);
        if (errno == 0)
        {
            _services.Metrics.ConnectionAccepted();
            return true;
        }

        _loop.Slots.Remove(Token);
        _socket.Close();
        return false;
    }

    /// <summary>Resets the connection, or closes it in order when there is no reason. Never blocks.</summary>
    public override void Abort(ConnectionAbortedException? abortReason)
    {
        if (abortReason is null)
        {
            _input.Stop();
            _ = CloseWhenDrained().AsTask();
            return;
        }

        if (_services.Logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.ConnectionAborted(_services.Logger, ConnectionId, abortReason.Message);
        }

        End(CloseReason.Aborted, reset: true);
    }

    /// <summary>
    /// Sends what is left, FIN, and closes. Bounded: a peer that takes nothing for the shutdown timeout is reset.
    /// </summary>
    [SuppressMessage("Usage", "CA2215:Dispose methods should call base class dispose", Justification = "The base does nothing, and awaiting it would cost a state machine.")]
    public override ValueTask DisposeAsync()
    {
        ReportRefusal();

        // Not Complete: that is the application's to call, and would take blocks from under one that is still at work. What
        // it left in them is the collector's.
        _input.Stop();
        _output.CommitRest();
        return CloseWhenDrained();
    }

    /// <summary>Ends the connection because the transport stops.</summary>
    internal void StopNow() => End(CloseReason.TransportStopped, reset: true);

    /// <summary>A receive found the end of the stream or an error. Any thread.</summary>
    internal void OnInputEnded(IoResult result)
    {
        SetReason(result.IsSuccess ? CloseReason.PeerClosed : ReasonOf(_session));
        FireClosed();
    }

    /// <summary>
    /// The peer has sent its last byte while the application is busy with something else than reading. Kestrel answers
    /// the signal by giving the request up, and a peer that only finished sending (<c>printf ... | nc -N</c>) may still
    /// be there for the response: what is as good as done gets a moment to finish.
    /// </summary>
    internal void OnPeerClosedUnread(bool isGone)
    {
        if (isGone)
        {
            ReportPeerClosed(CloseReason.PeerReset);
        }
        else if (Interlocked.Exchange(ref _halfCloseSeen, 1) == 0)
        {
            _halfCloseTimer = new Timer(static connection => ((AeronetConnection)connection!).OnHalfCloseTimer(), this, s_halfCloseGrace, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A send found that the peer is gone.</summary>
    internal void OnPeerGone()
    {
        SetReason(ReasonOf(_session));
        _input.Stop();
        _output.Close();
        FireClosed();
    }

    /// <summary>Code that is not ours threw in the middle of a send or a receive: nobody knows where in its stream the connection is.</summary>
    internal void OnFault(Exception failure)
    {
        End(CloseReason.Aborted, reset: true);
        TransportLog.ConnectionFaulted(_services.Logger, ConnectionId, failure);
    }

    internal void OnFirstBytes(ReadOnlySpan<byte> bytes) =>
        IsMultiplexed |= bytes.StartsWith("PRI * HTTP/2"u8); // RFC 9113, section 3.4

    internal void OnFileTruncated(long missing)
    {
        FailFile(CloseReason.FileTruncated);
        TransportLog.FileTruncated(_services.Logger, ConnectionId, missing);
    }

    internal void OnFileUnreadable(int errno)
    {
        FailFile(CloseReason.FileUnreadable);
        TransportLog.FileUnreadable(_services.Logger, ConnectionId, errno);
    }

    internal void AbortSlowReader(double bytesPerSecond)
    {
        FailFile(CloseReason.SlowReader);
        TransportLog.SlowReader(_services.Logger, ConnectionId, bytesPerSecond);
    }

    /// <summary>A dispatch of this connection came back on a thread that had lost its loop.</summary>
    internal void ReportStall(LoopThread thread)
    {
        if (!thread.StallReported)
        {
            _services.Stalls.Report(thread, static endPoint => $"The application on {endPoint}", _listenEndPoint);
        }

        thread.StallReported = false;
    }

    /// <summary>Posted by <see cref="FireClosed"/>: what was flushed before has left by now.</summary>
    void ILoopWork.RunOnLoop() => CancelClosedToken();

    void IThreadPoolWorkItem.Execute() => CancelClosedToken();

    /// <summary>
    /// Cancels <see cref="ConnectionClosed"/>. Callbacks run on the thread pool, where they may do what they like; most
    /// connections end with none left, and then no pool thread is woken for it.
    /// </summary>
    private void CancelClosedToken()
    {
        var canceled = _closedSource.CancelAsync();
        if (!canceled.IsCompletedSuccessfully)
        {
            _ = ReportFailure(canceled);
        }

        async Task ReportFailure(Task callbacks)
        {
            try
            {
                await callbacks.ConfigureAwait(false);
            }
            catch (AggregateException failure)
            {
                TransportLog.ClosedCallbackFailed(_services.Logger, ConnectionId, failure);
            }
        }
    }

    private void OnHalfCloseTimer()
    {
        _halfCloseTimer?.Dispose();
        if (_input.IsUnawareOfClose)
        {
            ReportPeerClosed(CloseReason.PeerClosed);
        }
    }

    /// <summary>
    /// Signals the close once what the peer left behind would have fitted a read buffer, as a transport that reads ahead
    /// would; otherwise the reader finds out.
    /// </summary>
    private void ReportPeerClosed(CloseReason reason)
    {
        if (_socket.UnreadBytes() <= _services.Options.MaxReadBufferSize)
        {
            SetReason(reason);
            FireClosed();
        }
    }

    private ValueTask CloseWhenDrained()
    {
        var drained = _output.DrainAsync(_services.Options.ShutdownTimeout);
        if (!drained.IsCompletedSuccessfully)
        {
            return Wait(drained);
        }

        EndInOrder(drained.Result);
        return default;

        async ValueTask Wait(ValueTask<bool> pending) => EndInOrder(await pending.ConfigureAwait(false));
    }

    private void EndInOrder(bool drained) =>
        End(drained ? CloseReason.ServerClosed : CloseReason.DrainTimeout, reset: !drained);

    private void FailFile(CloseReason reason)
    {
        _services.Metrics.FileFailed(reason);
        End(reason, reset: true);
    }

    private void End(CloseReason reason, bool reset)
    {
        SetReason(reason);
        _handshake?.Cancel();
        _input.Stop();
        _output.Close();
        CloseSocket(reset);
        FireClosed();
    }

    private void CloseSocket(bool reset)
    {
        if (Interlocked.Exchange(ref _socketClosed, 1) != 0)
        {
            return;
        }

        var reason = (CloseReason)Volatile.Read(ref _closeReason);
        _services.Metrics.ConnectionClosed(reason);
        if (_services.Logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.ConnectionClosed(_services.Logger, ConnectionId, reason);
        }

        var awaitsMore = _input.LeftBytes;
        EndTls(ref reset, ref awaitsMore);
        if (reset)
        {
            _socket.ResetOnClose();
        }
        else if ((awaitsMore || _input.MayHaveUnread || _handshake is not null) && LingeringClose.TryStart(_loop, _socket, Token, awaitsMore))
        {
            return;
        }

        _loop.Slots.Remove(Token);
        _socket.Close();
    }

    private void FireClosed()
    {
        if (Interlocked.Exchange(ref _closedFired, 1) != 0)
        {
            return;
        }

        // On a loop what this dispatch flushed goes out first: Kestrel answers the signal by aborting the output.
        if (LoopThread.Current is { IsLeading: true })
        {
            _loop.Post(this);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void SetReason(CloseReason reason) =>
        Interlocked.CompareExchange(ref _closeReason, (int)reason, (int)CloseReason.None);
}
