using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>
/// Keeps requests in flight on a number of connections, one a connection, from one thread of its own: what the server
/// does to the thread pool does not disturb it.
/// </summary>
internal sealed class RequestLoad : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly IPEndPoint _server;
    private readonly byte[] _request;
    private readonly TimeSpan _pause;
    private readonly bool _reconnects;
    private readonly Connection[] _connections;
    private readonly Poll _poll;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private List<long> _ticksByGate = new(256 * 1024);
    private Exception? _failure;
    private volatile bool _stopping;

    private RequestLoad(IPEndPoint server, string path, int connections, TimeSpan pause, bool reconnects)
    {
        _server = server;
        _request = Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{(reconnects ? "Connection: close\r\n" : "")}\r\n");
        _pause = pause;
        _reconnects = reconnects;
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new Connection())];
        _poll = new Poll(connections);
        _thread = new Thread(Run) { IsBackground = true, Name = "load" };
    }

    /// <param name="server">Where to connect to.</param>
    /// <param name="path">What to request.</param>
    /// <param name="connections">How many connections.</param>
    /// <param name="pause">How long a connection rests between a response and the next request.</param>
    /// <param name="reconnects">Whether each request has a connection of its own.</param>
    internal static RequestLoad Start(IPEndPoint server, string path, int connections, TimeSpan pause = default, bool reconnects = false)
    {
        var load = new RequestLoad(server, path, connections, pause, reconnects);
        load._thread.Start();
        return load;
    }

    /// <summary>The responses since the last call. Throws what went wrong, if anything did.</summary>
    internal Latencies Take()
    {
        ThrowIfFailed();
        lock (_gate)
        {
            var taken = _ticksByGate;
            _ticksByGate = new List<long>(taken.Capacity);
            return new Latencies(taken);
        }
    }

    /// <summary>Lets it run for a while and tells of that while only.</summary>
    internal async Task<Latencies> MeasureAsync(TimeSpan time)
    {
        Take();
        await Task.Delay(time);
        return Take();
    }

    /// <summary>Receives what is in flight, closes the connections and tells of the responses since the last <see cref="Take"/>.</summary>
    internal Latencies Stop()
    {
        _stopping = true;
        if (!_thread.Join(s_limit))
            throw new TimeoutException("The load does not stop.");

        return Take();
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join(s_limit);
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            throw new InvalidOperationException($"The load failed: {failure.Message}", failure);
    }

    private void Run()
    {
        try
        {
            while (!_stopping || _connections.Any(connection => connection.IsInFlight))
                RunOnce();
        }
        catch (Exception failure) when (failure is SocketException or IOException or InvalidDataException or TimeoutException)
        {
            Volatile.Write(ref _failure, failure);
        }
        finally
        {
            foreach (var connection in _connections)
                connection.Socket?.Dispose();
        }
    }

    private void RunOnce()
    {
        var now = Stopwatch.GetTimestamp();
        var due = now + Stopwatch.Frequency;
        for (var i = 0; i < _connections.Length; i++)
        {
            var connection = _connections[i];
            if (!connection.IsInFlight && connection.Due <= now && !_stopping)
                SendOn(connection);

            if (!connection.IsInFlight)
                due = Math.Min(due, connection.Due);
            else if (Stopwatch.GetElapsedTime(connection.SentAt, now) > s_limit)
                throw new TimeoutException($"A request has had no response for {s_limit.TotalSeconds} s.");

            _poll.Watch(i, connection.IsInFlight ? connection.Socket : null);
        }

        _poll.Wait((int)Math.Clamp(Math.Ceiling((due - now) * 1000.0 / Stopwatch.Frequency), 0, 100));
        for (var i = 0; i < _connections.Length; i++)
        {
            if (_poll.IsReady(i))
                ReceiveOn(_connections[i]);
        }
    }

    private void SendOn(Connection connection)
    {
        connection.SentAt = Stopwatch.GetTimestamp();
        if (connection.Socket is null)
        {
            connection.Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            connection.Socket.Connect(_server);
        }

        connection.Socket.Send(_request);
        connection.IsInFlight = true;
    }

    private void ReceiveOn(Connection connection)
    {
        var received = connection.Socket!.Receive(_buffer);
        if (received == 0)
            throw new IOException($"The server closed after {connection.Parser.BodyReceived} bytes of the body.");

        if (!connection.Parser.Take(_buffer.AsSpan(0, received)))
            return;

        if (connection.Parser.Status != 200)
            throw new IOException($"The status is {connection.Parser.Status}.");

        var now = Stopwatch.GetTimestamp();
        lock (_gate)
            _ticksByGate.Add(now - connection.SentAt);

        connection.IsInFlight = false;
        connection.Due = now + (long)(_pause.TotalSeconds * Stopwatch.Frequency);
        if (_reconnects)
        {
            connection.Socket.Dispose();
            connection.Socket = null;
        }
    }

    private sealed class Connection
    {
        internal readonly ResponseParser Parser = new();
        internal Socket? Socket;
        internal bool IsInFlight;
        internal long SentAt;
        internal long Due;
    }
}
