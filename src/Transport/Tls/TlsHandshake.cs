using System.Threading.Tasks.Sources;
using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>
/// A handshake in progress: takes a step whenever the socket is ready, on the connection's loop (the first where the
/// connection begins if the ClientHello is there), until it is complete, has failed, or its time is over. Who awaits it goes on where the application runs: on the loop, except in thread pool mode.
/// </summary>
internal sealed class TlsHandshake : ILoopWork, IValueTaskSource<bool>, IDisposable
{
    private readonly SslSession _session;
    private readonly Timer _deadline;
    private readonly bool _continuesOnThreadPool;
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _ended;

    internal TlsHandshake(TlsContexts contexts, SslSession session, TimeSpan timeout, bool continuesOnThreadPool)
    {
        _continuesOnThreadPool = continuesOnThreadPool;
        Contexts = contexts;
        Host = contexts.Default.Host;
        _session = session;
        _deadline = new Timer(static handshake => ((TlsHandshake)handshake!).OnDeadline(), this, timeout, Timeout.InfiniteTimeSpan);
    }

    internal TlsContexts Contexts { get; }

    /// <summary>Whose policy holds: the default host's until the client has named another.</summary>
    internal TlsHost Host { get; set; }

    /// <summary>The name the client asked for; empty when it sent none.</summary>
    internal string HostName { get; set; } = "";

    /// <summary>Whether a step had to wait for room in the socket.</summary>
    internal bool WantsWrite { get; private set; }

    /// <summary>True when complete; false when it failed, with the reason in the session, or timed out.</summary>
    internal ValueTask<bool> Completion => new(this, _source.Version);

    internal bool TimedOut { get; private set; }

    public void RunOnLoop()
    {
        if (Volatile.Read(ref _ended) != 0)
        {
            return;
        }

        TlsContexts.Enter(this);
        var result = _session.Handshake(out var wantsWrite);
        TlsContexts.Enter(null);
        WantsWrite |= wantsWrite;
        if (!result.IsWouldBlock)
        {
            End(result.IsSuccess);
        }
    }

    /// <summary>The connection is aborted.</summary>
    internal void Cancel() => End(succeeded: false);

    public void Dispose() => _deadline.Dispose();

    bool IValueTaskSource<bool>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void OnDeadline()
    {
        TimedOut = Volatile.Read(ref _ended) == 0;
        End(succeeded: false);
    }

    private void End(bool succeeded)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _source.RunContinuationsAsynchronously = _continuesOnThreadPool || LoopThread.Current is not { IsLeading: true };
            _source.SetResult(succeeded);
        }
    }
}
