using System.Threading.Tasks.Sources;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tls.ClientCertificates;
using Aeronet.AspNetCore.Transport.Tls.Hosts;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Session;
using Aeronet.AspNetCore.Transport.Tls.Stapling;
using Aeronet.AspNetCore.Transport.Tls.Tickets;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>
/// A handshake in progress: takes a step whenever the socket is ready, on the connection's loop (the first where the
/// connection begins if the ClientHello is there), until it is complete, has failed, or its time is over. Who awaits it goes on
/// where the application runs: on the loop, except in thread pool mode.
/// </summary>
/// <remarks>
/// One step at a time, whoever asks for it: see <see cref="Turn"/>. Where the application is asked about the client's certificate,
/// which OpenSSL does in the middle of a step, they are taken on the thread pool from the ClientHello on; the loop only asks for
/// them.
/// </remarks>
internal sealed class TlsHandshake : ILoopWork, IThreadPoolWorkItem, IValueTaskSource<bool>, IDisposable
{
    private readonly ITlsHandshakeOwner _owner;
    private readonly SslSession _session;
    private readonly Timer _deadline;
    private readonly bool _continuesOnThreadPool;
    private ManualResetValueTaskSourceCore<bool> _source;
    private volatile bool _leavesLoop;
    private volatile bool _finished;
    private bool _succeeded;
    private bool _outcome;
    private bool _watchesWritable;
    private int _turn;
    private int _ended;

    internal TlsHandshake(TlsContexts contexts, SslSession session, ITlsHandshakeOwner owner, TimeSpan timeout, bool continuesOnThreadPool)
    {
        _owner = owner;
        _continuesOnThreadPool = continuesOnThreadPool;
        Contexts = contexts;
        _session = session;
        _deadline = new Timer(static handshake => ((TlsHandshake)handshake!).OnDeadline(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    internal TlsContexts Contexts { get; }

    /// <summary>Whose policy holds; null until the client has said whom it wants.</summary>
    internal TlsHost? Host { get; set; }

    /// <summary>Checks the client's certificate, once <see cref="Host"/> is known; null where it is asked for none.</summary>
    internal ClientCertificateVerifier? Verifier { get; set; }

    /// <summary>The name the client asked for; empty when it sent none.</summary>
    internal string HostName { get; set; } = "";

    /// <summary>The host's session id context, which a session must have that is resumed; null until the client has said whom it wants.</summary>
    internal byte[]? SessionIdContext { get; set; }

    /// <summary>The ticket that the client showed.</summary>
    internal ShownTicket Ticket { get; set; }

    /// <summary>Whether the client would come back with a ticket in vain (<see cref="TicketChain.TryKeep"/>).</summary>
    internal bool GivesNoTicket { get; set; }

    /// <summary>What the host's certificates are stapled with.</summary>
    internal HostStaples? Staples { get; set; }

    /// <summary>Whether the client got its certificate's staple.</summary>
    internal StapleUse Staple { get; set; }

    internal TimeSpan StapleAge { get; set; }

    /// <summary>The client's first message, where somebody wants to see it.</summary>
    internal byte[]? ClientHello { get; set; }

    /// <summary>The application's look at <see cref="ClientHello"/>, which the handshake waits for.</summary>
    internal ClientHelloObservation? Observation { get; init; }

    /// <summary>True when complete; false when it failed, for <see cref="Refusal"/> or with the reason in the session.</summary>
    internal ValueTask<bool> Completion => new(this, _source.Version);

    /// <summary>Why our side ended it, where that is not OpenSSL's own verdict.</summary>
    internal TlsFailure Refusal { get; set; }

    /// <summary>The socket is ready, or the last step was taken on the thread pool.</summary>
    public void RunOnLoop()
    {
        if (Volatile.Read(ref _ended) != 0)
        {
            return;
        }

        if (_finished)
        {
            End(_succeeded);
            return;
        }

        RequestStep();
    }

    /// <summary>Continues who awaits <see cref="Completion"/>, on a loop that has nothing else in hand.</summary>
    internal void Continue()
    {
        LoopAudit.EntersApplication();
        _source.SetResult(_outcome);
    }

    /// <summary>Takes the next step soon. Any thread.</summary>
    internal void Resume() => _owner.Post(this);

    /// <summary>
    /// Whether the current step may ask the application. When it may not, because it is taken on the loop, the caller must
    /// break it off: it will be taken again on the thread pool.
    /// </summary>
    internal bool MayAskApplication()
    {
        var may = _leavesLoop;
        _leavesLoop = true;
        return may;
    }

    /// <summary>What the application threw while it was asked about the client's certificate.</summary>
    internal Exception? ValidationFailure { get; set; }

    /// <summary>The connection is aborted.</summary>
    internal void Cancel() => End(succeeded: false, TlsFailure.Aborted);

    /// <summary>
    /// Closes the session of a handshake that did not succeed, without waiting for the application: after the step that is
    /// being taken elsewhere, if there is one. Idempotent.
    /// </summary>
    internal void CloseSession()
    {
        switch ((Turn)Interlocked.Exchange(ref _turn, (int)Turn.Closed))
        {
            case Turn.Nobodys:
                _session.Close();
                break;
            case Turn.Asked or Turn.Taken:
                // The socket stays open until that step is over; the peer shall know now.
                _owner.ShutdownSend();
                break;
        }
    }

    public void Dispose() => _deadline.Dispose();

    void IThreadPoolWorkItem.Execute() => TakeSteps(onThreadPool: true);

    bool IValueTaskSource<bool>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Whether the handshake succeeded; null when it goes on.</summary>
    private bool? Step()
    {
        _owner.OnStep();
        HandshakeCallbacks.Current = this;
        var result = _session.Handshake(out var wantsWrite);
        HandshakeCallbacks.Current = null;
        if (ValidationFailure is { } failure)
        {
            ValidationFailure = null;
            _owner.OnValidationFailed(failure);
        }

        if (wantsWrite && !_watchesWritable)
        {
            _watchesWritable = true;
            _owner.WatchWritable();
        }

        return result.IsWouldBlock ? null : result.IsSuccess;
    }

    private void RequestStep()
    {
        while (true)
        {
            var seen = (Turn)Volatile.Read(ref _turn);
            if (seen is Turn.Asked or Turn.Closed)
            {
                return;
            }

            if (TryMove(seen, Turn.Asked))
            {
                if (seen == Turn.Nobodys && _leavesLoop)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                }
                else if (seen == Turn.Nobodys)
                {
                    TakeSteps(onThreadPool: false);
                }

                return;
            }
        }
    }

    private void TakeSteps(bool onThreadPool)
    {
        while (TryMove(Turn.Asked, Turn.Taken))
        {
            if (!_finished && Step() is { } succeeded)
            {
                _succeeded = succeeded;
                _finished = true;
            }

            if (!_finished && _leavesLoop && !onThreadPool)
            {
                // It was broken off where the application cannot be asked, and is to be taken again where it can.
                if (TryMove(Turn.Taken, Turn.Asked) || (Turn)Volatile.Read(ref _turn) == Turn.Asked)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }
            }
            else if (TryMove(Turn.Taken, Turn.Nobodys))
            {
                break;
            }
        }

        if ((Turn)Volatile.Read(ref _turn) == Turn.Closed)
        {
            _session.Close();
        }

        if (_finished && onThreadPool)
        {
            _owner.Post(this);
        }
        else if (_finished)
        {
            End(_succeeded);
        }
    }

    private bool TryMove(Turn from, Turn to) => Interlocked.CompareExchange(ref _turn, (int)to, (int)from) == (int)from;

    private void OnDeadline() => End(succeeded: false, TlsFailure.Timeout);

    private void End(bool succeeded, TlsFailure refusal = TlsFailure.None)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            if (refusal != TlsFailure.None)
            {
                Refusal = refusal;
            }

            _outcome = succeeded;
            if (_continuesOnThreadPool || !_owner.TryContinueOnLoop())
            {
                _source.RunContinuationsAsynchronously = true;
                _source.SetResult(succeeded);
            }
        }
    }

    /// <summary>
    /// Whose turn the session is.
    /// <code>
    /// Nobodys -> Asked -> Taken -> Nobodys
    ///              ^        |
    ///              +--------+          any -> Closed
    /// </code>
    /// </summary>
    private enum Turn
    {
        /// <summary>No step is being taken.</summary>
        Nobodys,

        /// <summary>A step is due, and somebody is on the way to take it.</summary>
        Asked,

        /// <summary>A step is being taken, for all that was asked so far.</summary>
        Taken,

        /// <summary>There will be no more steps.</summary>
        Closed,
    }
}
