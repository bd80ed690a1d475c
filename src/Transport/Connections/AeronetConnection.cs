using System.IO.Pipelines;
using System.Net;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// One accepted connection: a socket that belongs to one loop for life, and the application's reader and writer on it. Reading
/// and writing are separate states, so that a handler which blocks in one can be freed by an event for the other.
/// </summary>
/// <remarks>
/// What Kestrel and the application can ask of it is in <c>AeronetConnection.Features.cs</c>, what its events bring about in
/// <c>AeronetConnection.Dispatch.cs</c>, how it ends in <c>AeronetConnection.Ending.cs</c>.
/// </remarks>
internal sealed partial class AeronetConnection : ConnectionContext, IDuplexPipe, ILoopWork
{
    private readonly TransportServices _services;
    private readonly EventLoop.EventLoop _loop;
    private readonly SocketHandle _socket;
    private readonly ConnectionInput _input;
    private readonly ConnectionOutput _output;
    private readonly EndpointHabits _habits;
    private EpollEvents _watched;

    internal AeronetConnection(
        TransportServices services,
        EventLoop.EventLoop loop,
        SocketHandle socket,
        BlockPool blocks,
        EndPoint listenEndPoint,
        EndPoint? remoteEndPoint,
        EndpointHabits habits)
    {
        _services = services;
        _loop = loop;
        _socket = socket;
        _listenEndPoint = listenEndPoint;
        _habits = habits;
        _watched = EpollEvents.ReadHangUp | EpollEvents.EdgeTriggered | (habits.BeginsWithTls ? EpollEvents.In : EpollEvents.None);
        Blocks = blocks;
        _remoteEndPoint = remoteEndPoint;
        Transport = this;
        ConnectionClosed = _closedSource.Token;
        var plain = new PlainChannel(socket);
        _input = new ConnectionInput(this, plain, loop, services);
        _output = new ConnectionOutput(this, socket, plain, loop, services.Options);
        Token = loop.Slots.Add(this);
    }

    /// <summary>
    /// Whether the loop is told of bytes that arrive. Not before the application waits for some, so that a connection whose first request
    /// is read where Kestrel begins it wakes nobody; that the peer has gone is told from the first.
    /// </summary>
    internal bool WatchesReads => (_watched & EpollEvents.In) != 0;

    /// <summary>The user data of this connection's events.</summary>
    internal ulong Token { get; }

    /// <summary>Whether several streams share the connection (HTTP/2), so that their flushes are worth gathering.</summary>
    internal bool IsMultiplexed { get; private set; }

    /// <summary>Where the input's and the output's memory comes from.</summary>
    internal BlockPool Blocks { get; }

    internal TransportMetrics Metrics => _services.Metrics;

    internal ConnectionOutput Output => _output;

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Lets the loop deliver the socket's events. False, with everything released, when the kernel refuses.</summary>
    internal bool TryStart(out int errno)
    {
        errno = _loop.Watch(_socket, _watched, Token);
        if (errno == 0)
        {
            _services.Metrics.ConnectionAccepted();
            return true;
        }

        _loop.Slots.Remove(Token);
        _socket.Close();
        Permit?.Leave();
        return false;
    }

    /// <summary>Adds to what the loop is told of the socket, and has it told anew of what there is already. Any thread.</summary>
    internal void WatchFor(EpollEvents more)
    {
        // What two threads add at once both stays.
        lock (_socket)
        {
            _watched |= more;
            _loop.Rewatch(_socket, _watched, Token);
        }
    }

    internal void OnFirstBytes(ReadOnlySpan<byte> bytes) =>
        IsMultiplexed |= bytes.StartsWith("PRI * HTTP/2"u8); // RFC 9113, section 3.4

    /// <summary>A dispatch of this connection came back on a thread that had lost its loop.</summary>
    internal void ReportStall(LoopThread thread)
    {
        if (!thread.StallReported)
        {
            _services.Stalls.Report(thread, static endPoint => $"The application on {endPoint}", _listenEndPoint);
        }

        thread.StallReported = false;
    }
}
