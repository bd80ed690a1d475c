using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Admission;
using Aeronet.AspNetCore.Transport.Tls.Handshake;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>The connection's change from plain bytes to TLS, before Kestrel reads from it.</summary>
internal sealed partial class AeronetConnection : ITlsUpgrade, ITlsHandshakeOwner, ITlsChannelOwner
{
    internal const int Unreserved = -1;

    private SslSession? _session;
    private volatile TlsHandshake? _handshake;
    private int _eventsInHandshake;
    private int _readAwaitsRoom;
    private bool _isClientReplaced;

    TlsFailure ITlsUpgrade.SessionFailure => _session?.FailureKind ?? TlsFailure.None;

    TimeSpan? ITlsUpgrade.ReservedWait => ReservedWait == Unreserved ? null : TimeSpan.FromMilliseconds(ReservedWait);

    /// <summary>How many milliseconds the handshake has to wait, where the listener has reserved it before it made the connection.</summary>
    internal int ReservedWait { get; init; } = Unreserved;

    // Where something in front has read, or has said who the client is, the listener would ask too early or for the wrong client.
    void ITlsUpgrade.ReserveNext(HandshakeAdmission admission)
    {
        if (!_isClientReplaced && !_input.HasBuffered)
        {
            _habits.Admission = admission;
        }
    }

    void ITlsUpgrade.Reject() => End(CloseReason.TlsRejected, reset: true);

    async ValueTask<TlsOutcome> ITlsUpgrade.UpgradeAsync(TlsContexts contexts, AeronetTlsOptions options, ClientHelloObservation? observation)
    {
        var early = _input.TakeBuffered();
        if (SslSession.TryCreate(contexts.Default, _socket, early) is not { } session)
        {
            return new TlsOutcome { FailureKind = TlsFailure.Internal, Failure = "OpenSSL could not create a session", HostName = "" };
        }

        using var handshake = new TlsHandshake(contexts, session, this, options.HandshakeTimeout, _loop.Group.RunsOnThreadPool) { Observation = observation };
        _session = session;
        _handshake = handshake;

        // The ClientHello is here already, or its event is yet to come: whoever comes second, this read or the loop's look
        // for a handshake after it noted the event, takes the step. Here is as good as the loop, which need not be woken
        // and has others to serve than somebody who has not shown a key yet.
        Interlocked.MemoryBarrier();
        if (_input.IsStopped)
        {
            // Whoever ended the connection may have come before there was a handshake to cancel.
            handshake.Cancel();
        }
        else
        {
            var isTold = WatchesReads;
            if (early.Length > 0 || (isTold && _input.IsReadable))
            {
                NoteEarly(early);
                StepHandshake(handshake, events: 0);
            }

            if (!isTold)
            {
                // Says so at once where there is something already.
                _habits.BeginsWithTls |= early.Length == 0;
                WatchFor(EpollEvents.In);
            }
        }

        var succeeded = await handshake.Completion.ConfigureAwait(false);
        if (!succeeded)
        {
            return FailUpgrade(handshake, session);
        }

        var agreement = session.Describe();
        IsMultiplexed = agreement.ApplicationProtocol.Span.SequenceEqual("h2"u8);
        var channel = new TlsChannel(session, _socket, this);
        _output.Use(channel);
        _output.SendHeld();
        _input.Use(channel, session.MayHaveMore);
        _handshake = null;
        DeliverEvents();
        return new TlsOutcome
        {
            HostName = handshake.HostName,
            ClientHello = handshake.ClientHello,
            Host = handshake.Host,
            Agreement = agreement,
            Ticket = handshake.Ticket,
            Staple = agreement.Resumed ? default : handshake.Staple,
            StapleAge = handshake.StapleAge,
            SendsByKernel = session.SendsByKernel,
            ReceivesByKernel = session.ReceivesByKernel,
        };
    }

    // What has been reported by now the step will find.
    void ITlsHandshakeOwner.OnStep() => Interlocked.And(ref _eventsInHandshake, ~(int)EpollEvents.In);

    void ITlsHandshakeOwner.Post(ILoopWork work) => _loop.Post(work);

    bool ITlsHandshakeOwner.TryContinueOnLoop() => LoopThread.Current?.TryOwe(this) == true;

    void ITlsHandshakeOwner.WatchWritable() => WatchFor(EpollEvents.In | EpollEvents.Out);

    void ITlsHandshakeOwner.ShutdownSend() => _socket.ShutdownSend();

    void ITlsHandshakeOwner.OnValidationFailed(Exception failure)
    {
        try
        {
            TransportLog.ClientCertificateValidationFailed(_services.Logger, ConnectionId, failure);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A logger that throws, on a thread of the pool: it would end the process, and there is nobody to tell. The client is
            // refused all the same.
        }
    }

    private TlsOutcome FailUpgrade(TlsHandshake handshake, SslSession session)
    {
        var kind = handshake.Refusal != TlsFailure.None ? handshake.Refusal : session.FailureKind;
        SetReason(kind switch
        {
            TlsFailure.Aborted => CloseReason.Aborted,
            TlsFailure.PeerClosed => CloseReason.PeerClosed,
            TlsFailure.PeerReset => CloseReason.PeerReset,
            _ => CloseReason.TlsFailed,
        });
        if (kind == TlsFailure.PlainHttp)
        {
            ReportPlainHttp();

            // OpenSSL has no alert for it, and the client could not read one.
            _ = _socket.Send(PlainHttpAnswer.Bytes, more: false);
        }

        // Here too: an abort may have come before there was a session to close.
        handshake.CloseSession();
        return new TlsOutcome
        {
            FailureKind = kind,
            Failure = kind switch
            {
                TlsFailure.Timeout => "the handshake timed out",
                TlsFailure.Aborted => "the connection was aborted",
                TlsFailure.UnknownSni when handshake.HostName.Length == 0 => "the client names no host, or what can be none",
                TlsFailure.UnknownSni => $"no host is named '{handshake.HostName}'",
                TlsFailure.PlainHttp => "the client speaks HTTP without TLS",
                TlsFailure.ObserverFailed => "the observer of the ClientHello threw",
                TlsFailure.NotTls => "the client does not speak TLS",
                _ => session.Failure ?? "no reason given",
            },
            HostName = handshake.HostName,
            ClientHello = handshake.ClientHello,
            Host = handshake.Host,
            Ticket = handshake.Ticket,
        };
    }

    private void StepHandshake(TlsHandshake handshake, EpollEvents events)
    {
        Interlocked.Or(ref _eventsInHandshake, (int)events);
        PeekAtHandshake();
        handshake.RunOnLoop();
        if (_handshake is null)
        {
            DeliverEvents();
        }
    }

    /// <summary>
    /// What came while the last step was taken, or behind it, and that the peer has finished, is reported once. Called by whoever sees
    /// second that the handshake is over and what came during it.
    /// </summary>
    private void DeliverEvents()
    {
        var events = (EpollEvents)Interlocked.Exchange(ref _eventsInHandshake, 0);
        if ((events & EpollEvents.Writable) != 0)
        {
            _output.OnWritable();
        }

        if ((events & EpollEvents.Readable) == 0)
        {
            return;
        }

        _input.Note(events);
        if (LoopThread.Current is { IsLeading: true })
        {
            _input.RunOnLoop();
        }
        else
        {
            _loop.Post(_input);
        }
    }

    /// <summary>Ends the TLS session before its socket is closed.</summary>
    /// <param name="reset">Whether the peer is to be reset. Taken back where it was told why, which a reset would destroy.</param>
    /// <param name="awaitsMore">Set when the peer is owed time to read why, whatever it goes on sending.</param>
    private void EndTls(ref bool reset, ref bool awaitsMore)
    {
        if (_session is not { } session)
        {
            return;
        }

        if (TlsFailures.IsAnswered(session.FailureKind))
        {
            reset = false;
            awaitsMore = true;
        }

        // Nobody waits for what such a peer goes on sending.
        reset |= session.FailureKind == TlsFailure.RecordFlood;

        if (_handshake is { } handshake)
        {
            handshake.CloseSession();
        }
        else
        {
            session.Close();
        }
    }

    /// <summary>
    /// The peer asked for new keys and the kernel keeps its own (Linux changes them since 6.14; OpenSSL and older kernels break
    /// the stream). What is under way is finished with the present ones and nothing is begun: Kestrel answers the request in
    /// progress and closes, or sends GOAWAY.
    /// </summary>
    void ITlsChannelOwner.OnKeysMustChange()
    {
        SetReason(CloseReason.KeyUpdate);
        if (_services.Logger.IsEnabled(LogLevel.Debug))
        {
            TransportLog.KeysMustChange(_services.Logger, ConnectionId);
        }

        if (((IFeatureCollection)this).Get<IConnectionLifetimeNotificationFeature>() is { } lifetime)
        {
            // Runs callbacks of the application too: not on a loop.
            ThreadPool.UnsafeQueueUserWorkItem(static request => request.Connection.RequestClose(request.Lifetime), (Connection: this, Lifetime: lifetime), preferLocal: false);
        }
    }

    /// <summary>The read goes on when there is room to send, which may be now: noted first, because readiness that is there is reported anew.</summary>
    void ITlsChannelOwner.OnReadAwaitsRoom()
    {
        Volatile.Write(ref _readAwaitsRoom, 1);
        WatchFor(EpollEvents.In | EpollEvents.Out);
    }

    private bool TakeReadAwaitsRoom() => Volatile.Read(ref _readAwaitsRoom) != 0 && Interlocked.Exchange(ref _readAwaitsRoom, 0) != 0;

    /// <summary>Code that was written for Kestrel's TLS asks for its stream: it may be about to do less than it should.</summary>
    private void ReportNoSslStream(Type feature)
    {
        if (_services.NoSslStream.TryTake())
        {
            TransportLog.NoSslStream(_services.Logger, feature.Name, ConnectionId);
        }
    }

    private void RequestClose(IConnectionLifetimeNotificationFeature lifetime)
    {
        try
        {
            lifetime.RequestClose();
        }
        catch (Exception failure)
        {
            TransportLog.ClosedCallbackFailed(_services.Logger, ConnectionId, failure);
        }
    }
}
