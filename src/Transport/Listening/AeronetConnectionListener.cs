using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Succession;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>One bound endpoint: its listening sockets, an acceptor for each, and the connections Kestrel has not taken yet.</summary>
internal sealed class AeronetConnectionListener : IConnectionListener
{
    /// <summary>Accepted connections kept for Kestrel before the kernel's queue has to hold them.</summary>
    private const int ReadyLimit = 1024;

    private const long LogPeriodMilliseconds = 60_000;

    private readonly TransportServices _services;
    private readonly Action<AeronetConnectionListener> _onUnbound;
    private readonly Func<SocketOrigin, bool> _isShared;
    private readonly ListeningSocket[] _sockets;
    private readonly Acceptor[] _acceptors;

    // Kestrel's accept loop only queues the connection to the thread pool: it may run where the connection was accepted.
    private readonly Channel<AeronetConnection> _ready = Channel.CreateUnbounded<AeronetConnection>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });

    private long _lastPauseLog;
    private long _lastFailureLog;
    private int _waiting;
    private int _unbound;

    /// <param name="services">What the connections share.</param>
    /// <param name="sockets">The listening sockets, which become the listener's.</param>
    /// <param name="endPoint">Their address.</param>
    /// <param name="isShared">Whether other processes go on with a socket when it ends here.</param>
    /// <param name="onUnbound">Called once, when nothing is accepted any more.</param>
    internal AeronetConnectionListener(
        TransportServices services, ListeningSocket[] sockets, EndPoint endPoint, Func<SocketOrigin, bool> isShared, Action<AeronetConnectionListener> onUnbound)
    {
        _isShared = isShared;
        _services = services;
        _onUnbound = onUnbound;
        EndPoint = endPoint;
        _sockets = sockets;
        _acceptors = [.. sockets.Select(socket => new Acceptor(this, services, services.Loops.NextToAccept(), socket.Descriptor))];
    }

    public EndPoint EndPoint { get; }

    /// <summary>Whether the peer is not the client, of whom a PROXY protocol header tells.</summary>
    internal bool ReadsHeaders { get; init; }

    internal EndpointHabits Habits { get; } = new();

    /// <summary>Whether one of its sockets is not accepted from for a while.</summary>
    internal bool IsPaused => Array.Exists(_acceptors, static acceptor => acceptor.IsPaused);

    internal bool IsBehind => Volatile.Read(ref _waiting) >= ReadyLimit;

    internal IReadOnlyList<ListeningSocket> Sockets => _sockets;

    internal void Start()
    {
        foreach (var acceptor in _acceptors)
        {
            acceptor.Watch();
        }
    }

    /// <summary>Once a minute for all acceptors of the endpoint.</summary>
    internal bool MayLogPause() => MayLog(ref _lastPauseLog);

    /// <summary>Once a minute for all acceptors of the endpoint: clients may be able to cause it.</summary>
    internal bool MayLogFailure() => MayLog(ref _lastFailureLog);

    internal bool TryOffer(AeronetConnection connection)
    {
        Interlocked.Increment(ref _waiting);
        if (_ready.Writer.TryWrite(connection))
        {
            return true;
        }

        Interlocked.Decrement(ref _waiting);
        return false;
    }

    /// <summary>The next connection; null when the endpoint was unbound and all its connections were taken. Never throws for a fault of a connection.</summary>
    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        return _ready.Reader.TryRead(out var connection)
            ? new ValueTask<ConnectionContext?>(Taken(connection))
            : Wait(cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ConnectionContext?> Wait(CancellationToken cancellationToken)
    {
        while (await _ready.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_ready.Reader.TryRead(out var connection))
            {
                return Taken(connection);
            }
        }

        return null;
    }

    /// <summary>
    /// Stops listening. What the kernel had already completed a handshake for is accepted first: its client believes to be
    /// connected. Unless another process goes on with the socket: then its queue is that one's. Every step is taken, whatever becomes of the
    /// others, and none fails the stop of the server.
    /// </summary>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        if (LoopThread.Current is not null || Acceptor.IsAcceptingHere)
        {
            // Whoever took a connection may go on inside the acceptor that offered it, and closing the socket waits for the acceptor.
            return new ValueTask(Task.Run(Unbind, CancellationToken.None));
        }

        Unbind();
        return default;
    }

    /// <summary>Unbinds, and ends the connections that nobody took.</summary>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync().ConfigureAwait(false);
        while (_ready.Reader.TryRead(out var connection))
        {
            connection.StopNow();
        }
    }

    /// <summary>Stops listening, and leaves queue and file to those who have the socket, too. What was accepted is served.</summary>
    internal void LetGo() => Unbind(static _ => true);

    private void Unbind() => Unbind(_isShared);

    private void Unbind(Func<SocketOrigin, bool> isShared)
    {
        if (Interlocked.Exchange(ref _unbound, 1) != 0)
        {
            return;
        }

        foreach (var acceptor in _acceptors)
        {
            Take(acceptor.Dispose);
        }

        var queued = ListenSocket.QueueLimit(_services.Options.Backlog);
        for (var i = 0; i < _sockets.Length; i++)
        {
            var (acceptor, socket) = (_acceptors[i], _sockets[i]);
            if (isShared(socket.Origin))
            {
                Take(socket.Dispose);
                continue;
            }

            Take(() => acceptor.AcceptRest(queued));
            Take(socket.End);
        }

        _ready.Writer.TryComplete();
        Take(() => _onUnbound(this));
    }

    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "The other steps must be taken: a descriptor left open keeps the port.")]
    private void Take(Action step)
    {
        try
        {
            step();
        }
        catch (Exception failure)
        {
            TransportLog.UnbindFailed(_services.Logger, EndPoint, failure);
        }
    }

    private static bool MayLog(ref long lastLog)
    {
        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref lastLog);
        return (last == 0 || now - last > LogPeriodMilliseconds) && Interlocked.CompareExchange(ref lastLog, now, last) == last;
    }

    private AeronetConnection Taken(AeronetConnection connection)
    {
        Interlocked.Decrement(ref _waiting);
        connection.OnTaken();
        return connection;
    }
}
