using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// How a connection ends: the one place that pairs <see cref="InputEnd"/> and <see cref="OutputEnd"/>. What comes first names the
/// pair (<see cref="CloseReason"/>).
/// <code>
/// who                                reading                    writing              socket
/// the peer finishes                  Finished, when received    goes on              open until the application is done
/// the peer resets, or a send fails   Reset, Truncated, Broken   Dropped              open until the application is done
/// Abort(reason), a limit, stopping   Aborted                    Dropped              RST at once
/// Abort(null), DisposeAsync          Closed                     Draining, Dropped    FIN when drained; RST after the timeout
/// </code>
/// </summary>
internal sealed partial class AeronetConnection
{
    /// <summary>
    /// How long an application that has read the peer's end, and of which no loop knows what it makes of that, has before the token tells
    /// it too. Longer than a busy machine takes to answer.
    /// </summary>
    private static readonly TimeSpan s_whileAnswered = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _closedSource = new();
    private ITimer? _halfCloseTimer;
    private ITimer? _answerTimer;
    private LoopThread? _endReader;
    private long? _takenAtLastLook;
    private int _halfCloseSeen;
    private int _closeReason;
    private int _closedFired;
    private int _socketClosed;
    private volatile bool _firesAtOnce;
    private volatile bool _resets;
    private volatile bool _gaveUpHalfClosed;

    // The input's and the output's blocks.
    private int _sidesWithBlocks = 2;
    private bool _holdsPools;

    /// <summary>Why a read of an aborted connection fails that nobody gave a reason for.</summary>
    internal string WhyEnded => CloseReasons.Describe((CloseReason)Volatile.Read(ref _closeReason));

    /// <summary>What TLS says of its end.</summary>
    internal string WhyTlsBroke => _session?.Failure ?? "no reason given";

    /// <summary>Resets the connection, or closes it in order when there is no reason. Never blocks.</summary>
    public override void Abort(ConnectionAbortedException? abortReason)
    {
        if (abortReason is null)
        {
            if (_gaveUpHalfClosed && IsInRequest)
            {
                // Kestrel has given the request up: what was sent of the response must not look whole.
                End(CloseReason.PeerClosed, reset: true);
                return;
            }

            _input.End(InputEnd.Closed);
            _ = CloseWhenDrained().AsTask();
            return;
        }

        if (_services.Logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.ConnectionAborted(_services.Logger, ConnectionId, abortReason.Message);
        }

        End(CloseReason.Aborted, reset: true, abortReason);
    }

    /// <summary>
    /// Sends what is left, FIN, and closes. Bounded: a peer that takes nothing for the shutdown timeout is reset. The application
    /// is done with the reader and the writer: their blocks go back.
    /// </summary>
    [SuppressMessage("Usage", "CA2215:Dispose methods should call base class dispose", Justification = "The base does nothing, and awaiting it would cost a state machine.")]
    public override ValueTask DisposeAsync()
    {
        try
        {
            ReportRefusal();
            _input.End(InputEnd.Closed);
            _input.Complete();
            _output.CompleteForGood();
        }
        catch (Exception failure)
        {
            // A memory pool of the application's, or no memory: the socket is closed all the same.
            OnFault(failure);
        }

        return CloseWhenDrained();
    }

    /// <summary>Kestrel takes the connection: from here to the end of <see cref="DisposeAsync"/> blocks may be out.</summary>
    internal void OnTaken()
    {
        _holdsPools = true;
        _services.Lease.Hold();
    }

    /// <summary>The last block of the input or of the output has gone back, and none will be rented again.</summary>
    internal void OnSideReturnedBlocks()
    {
        Interleaving.Point();
        if (Interlocked.Decrement(ref _sidesWithBlocks) == 0 && _holdsPools)
        {
            _services.Lease.Leave();
        }
    }

    /// <summary>Ends the connection because the transport stops.</summary>
    internal void StopNow() => End(CloseReason.TransportStopped, reset: true);

    /// <summary>What a receive that got no bytes says of the stream.</summary>
    internal InputEnd EndOf(IoResult received) => received.IsSuccess ? InputEnd.Finished : FailedEnd();

    /// <summary>A receive found the end of the stream or an error. Any thread.</summary>
    internal void OnInputEnded()
    {
        var end = _input.EndedBy;
        Note(end);
        if (end is not (InputEnd.Finished or InputEnd.Truncated))
        {
            FireClosed(atOnce: true);
        }
        else if (LoopThread.Current is { IsLeading: true } reader)
        {
            _endReader = reader;
            FireClosed(atOnce: false);
        }
        else
        {
            FireClosedLater();
        }
    }

    /// <summary>
    /// The peer has sent its last byte while the application is busy with something else than reading. One that is gone gets
    /// nothing any more; one that has only finished sending (<c>printf ... | nc -N</c>) gets what it asked for.
    /// </summary>
    internal void OnPeerClosedUnread(bool isGone, bool isReset)
    {
        if (isReset)
        {
            EndWithPeer(FailedEnd());
        }
        else if (isGone)
        {
            SetReason(CloseReason.PeerClosed);
            FireClosed(atOnce: true);
        }
        else if (Interlocked.Exchange(ref _halfCloseSeen, 1) == 0)
        {
            WatchHalfClose(_services.Options.HalfCloseTimeout);
        }
    }

    /// <summary>A send found that the peer is gone.</summary>
    internal void OnPeerGone() => EndWithPeer(FailedEnd());

    /// <summary>Code that is not ours threw in the middle of a send or a receive: nobody knows where in its stream the connection is.</summary>
    internal void OnFault(Exception failure)
    {
        End(CloseReason.Aborted, reset: true, new ConnectionAbortedException(failure.Message, failure));
        TransportLog.ConnectionFaulted(_services.Logger, ConnectionId, failure);
    }

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

    /// <summary>
    /// Posted by <see cref="FireClosed"/>: what was flushed before has left by now. Where another thread leads the loop than the one
    /// that read the end, the application may still be at its answer.
    /// </summary>
    void ILoopWork.RunOnLoop()
    {
        if (_endReader is not { } reader || reader == LoopThread.Current)
        {
            CancelClosedToken();
            return;
        }

        Interleaving.Point();
        Interlocked.Exchange(ref _closedFired, 0);
        Interleaving.Point();
        if (_firesAtOnce || Volatile.Read(ref _socketClosed) != 0)
        {
            // Who closed it, or found the peer gone, may have taken it for fired.
            FireClosed(atOnce: true);
        }
        else
        {
            FireClosedLater();
        }
    }

    /// <summary>
    /// Cancels <see cref="ConnectionClosed"/>. Callbacks run on the thread pool, where they may do what they like, never here; most
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

    private void WatchHalfClose(TimeSpan timeout)
    {
        if (timeout == TimeSpan.Zero)
        {
            GiveUpHalfClosed();
        }
        else if (timeout != Timeout.InfiniteTimeSpan)
        {
            _takenAtLastLook = _output.TotalTaken;
            _halfCloseTimer = _loop.Group.Clock.CreateTimer(static connection => ((AeronetConnection)connection!).OnHalfCloseTimer(), this, timeout, timeout);
        }
    }

    private void OnHalfCloseTimer()
    {
        if (_input.HasEnded)
        {
            _halfCloseTimer?.Dispose();
            return;
        }

        // What is being sent ends by itself: a peer that has gone answers it with a reset.
        var taken = _output.TotalTaken;
        var goesOn = taken != _takenAtLastLook || _output.HasUnsent || !_input.IsUnawareOfClose;
        _takenAtLastLook = taken;
        if (!goesOn)
        {
            _halfCloseTimer?.Dispose();
            GiveUpHalfClosed();
        }
    }

    /// <summary>
    /// Signals the close once what the peer left behind would have fitted a read buffer, as a transport that reads ahead
    /// would; otherwise the reader finds out.
    /// </summary>
    private void GiveUpHalfClosed()
    {
        if (_socket.UnreadBytes() <= _services.Options.MaxReadBufferSize)
        {
            SetReason(CloseReason.PeerClosed);
            _gaveUpHalfClosed = true;
            FireClosed(atOnce: false);
        }
    }

    /// <summary>
    /// Whether there may be bytes that nobody has received, which the close would make the kernel answer with RST. A peer that has said
    /// which request is its last sends no more. Bytes are told of where they are watched for; else only a last request without a body is
    /// trusted to be the end, since some clients send a line end behind a body. What TLS says besides is never foreseen.
    /// </summary>
    private bool MayHaveUnread =>
        _input.MayHaveUnread
        && (_session is not null || _input.IsReadable || !HasWholeLastRequest || (_lastHasBody && !WatchesReads));

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

    /// <summary>The peer is gone: nothing that is written arrives. The socket is the application's until it is done.</summary>
    private void EndWithPeer(InputEnd end)
    {
        _input.End(end);
        _output.Close();
        Note(end);
        FireClosed(atOnce: true);
    }

    private void End(CloseReason reason, bool reset, ConnectionAbortedException? abortReason = null)
    {
        SetReason(reason);
        if (reset)
        {
            // Before the output is dropped: who waits for it to drain takes that for the end of it, and may come first to the socket.
            Interleaving.Point();
            _resets = true;
        }

        // The input first: a handshake that begins now sees that it has ended, or we see the handshake.
        _input.End(reset ? InputEnd.Aborted : InputEnd.Closed, abortReason);
        _handshake?.Cancel();
        _output.Close();
        CloseSocket(reset, abortReason);
        FireClosed(atOnce: reset);
    }

    private void CloseSocket(bool reset, ConnectionAbortedException? abortReason)
    {
        Interleaving.Point();
        if (Interlocked.Exchange(ref _socketClosed, 1) != 0)
        {
            return;
        }

        _halfCloseTimer?.Dispose();
        _answerTimer?.Dispose();
        CloseFrameworkSocket();
        var reason = (CloseReason)Volatile.Read(ref _closeReason);
        _services.Metrics.ConnectionClosed(reason);
        if (_services.Logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.ConnectionClosed(_services.Logger, ConnectionId, reason);
        }

        Interleaving.Point();
        reset |= _resets;
        var awaitsMore = _input.MayHaveUnread && !HasWholeLastRequest;
        EndTls(ref reset, ref awaitsMore);
        if (reset)
        {
            KestrelTransportLog.ConnectionWriteRst(_services.KestrelLogger, this, abortReason?.Message ?? CloseReasons.Describe(reason));
            _socket.ResetOnClose();
        }
        else
        {
            KestrelTransportLog.ConnectionWriteFin(_services.KestrelLogger, this, CloseReasons.Describe(reason));
            if ((awaitsMore || MayHaveUnread) && LingeringClose.TryStart(_loop, _socket, Token, awaitsMore, Permit is { } permit ? permit.Leave : null))
            {
                if (!WatchesReads)
                {
                    // What is thrown away has to be told of.
                    WatchFor(EpollEvents.In);
                }

                return;
            }
        }

        _loop.Release(Token);
        _socket.Close();
        Permit?.Leave();
    }

    /// <summary>
    /// The read tells the application that the peer has finished, and it may be about to answer; Kestrel takes the signal for the end of
    /// answering. Off the loop nobody knows when it has answered, so it has a while, or until it is done with the connection.
    /// </summary>
    private void FireClosedLater()
    {
        _answerTimer = _loop.Group.Clock.CreateTimer(
            static connection => ((AeronetConnection)connection!).FireClosed(atOnce: true), this, s_whileAnswered, Timeout.InfiniteTimeSpan);
        Interleaving.Point();
        if (Volatile.Read(ref _socketClosed) != 0)
        {
            _answerTimer.Dispose();
        }
    }

    private void FireClosed(bool atOnce)
    {
        if (atOnce)
        {
            _firesAtOnce = true;
        }

        Interleaving.Point();
        if (Interlocked.Exchange(ref _closedFired, 1) != 0)
        {
            return;
        }

        // On a loop what this dispatch flushed goes out first: Kestrel answers the signal by aborting the output. Where nothing can
        // go out, an application that keeps the loop would be told when it is done.
        if (!atOnce && LoopThread.Current is { IsLeading: true })
        {
            _loop.Post(this);
        }
        else
        {
            CancelClosedToken();
        }
    }

    /// <summary>Names, and logs as Kestrel's transport does, how the peer ended it.</summary>
    private void Note(InputEnd end)
    {
        switch (end)
        {
            case InputEnd.Finished:
                SetReason(CloseReason.PeerClosed);
                KestrelTransportLog.ConnectionReadFin(_services.KestrelLogger, this);
                break;
            case InputEnd.Truncated:
                SetReason(CloseReason.PeerClosed);
                KestrelTransportLog.ConnectionReadFin(_services.KestrelLogger, this);
                break;
            case InputEnd.Reset:
                if (SetReason(CloseReason.PeerReset))
                {
                    KestrelTransportLog.ConnectionReset(_services.KestrelLogger, this);
                }

                break;
            case InputEnd.Broken:
                SetReason(CloseReason.TlsFailed);
                break;
        }
    }

    /// <summary>What ended the stream with an error: the socket, or above it TLS.</summary>
    private InputEnd FailedEnd() => _session?.FailureKind switch
    {
        null or TlsFailure.None or TlsFailure.PeerReset => InputEnd.Reset,
        TlsFailure.Truncated or TlsFailure.PeerClosed => InputEnd.Truncated,
        _ => InputEnd.Broken,
    };

    /// <summary>Whether it was the first.</summary>
    private bool SetReason(CloseReason reason)
    {
        Interleaving.Point();
        return Interlocked.CompareExchange(ref _closeReason, (int)reason, (int)CloseReason.None) == (int)CloseReason.None;
    }
}
