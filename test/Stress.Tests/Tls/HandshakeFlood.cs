using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Tls;

/// <summary>
/// Clients from addresses of their own that want handshakes and finish none: some send half a ClientHello and wait, some a byte of it
/// a second, and so many a second a whole one, which the server answers with a signature, and reset when it was answered or
/// after 100 ms.
/// </summary>
internal sealed class HandshakeFlood : IDisposable
{
    private static readonly byte[] s_hello = Hello.Of(SslProtocols.Tls13);

    private readonly IPEndPoint _server;
    private readonly List<Socket> _halfOpen = [];
    private readonly List<Socket> _slow = [];
    private readonly Task _running;
    private volatile bool _stopping;

    private HandshakeFlood(IPEndPoint server, int halfOpen, int slow, int perSecond)
    {
        _server = server;
        for (var i = 0; i < halfOpen; i++)
            Begin("127.0.0.2", s_hello.AsSpan(0, s_hello.Length / 2), _halfOpen);

        for (var i = 0; i < slow; i++)
            Begin("127.0.0.4", s_hello.AsSpan(0, 1), _slow);

        _running = BlockingClient.RunAsync(() => Offer(perSecond));
    }

    /// <summary>Whole ClientHellos sent so far.</summary>
    internal int Offered { get; private set; }

    internal static Task<HandshakeFlood> StartAsync(IPEndPoint server, int halfOpen, int slow, int perSecond) =>
        Task.Run(() => new HandshakeFlood(server, halfOpen, slow, perSecond));

    public void Dispose()
    {
        _stopping = true;
        Assert.True(_running.Wait(TaskTimeoutExtensions.DefaultTimeout), "The flood does not stop.");
        foreach (var socket in _halfOpen.Concat(_slow))
            Reset(socket);
    }

    private void Offer(int perSecond)
    {
        var open = new Queue<(Socket Socket, long Since)>();
        var start = Stopwatch.GetTimestamp();
        var nextByte = TimeSpan.FromSeconds(1);
        var sent = 1;
        var mine = new List<Socket>();
        while (!_stopping)
        {
            var elapsed = Stopwatch.GetElapsedTime(start);
            for (var due = (int)(elapsed.TotalSeconds * perSecond); Offered < due; Offered++)
            {
                mine.Clear();
                Begin("127.0.0.3", s_hello, mine);
                mine.ForEach(socket => open.Enqueue((socket, Stopwatch.GetTimestamp())));
            }

            while (open.TryPeek(out var oldest) && Stopwatch.GetElapsedTime(oldest.Since) > TimeSpan.FromMilliseconds(100))
                Reset(open.Dequeue().Socket);

            if (elapsed > nextByte)
            {
                nextByte += TimeSpan.FromSeconds(1);
                _slow.ForEach(socket => Send(socket, s_hello.AsSpan(sent, 1)));
                sent++;
            }

            Thread.Sleep(1);
        }

        foreach (var (socket, _) in open)
            Reset(socket);
    }

    private void Begin(string from, ReadOnlySpan<byte> bytes, List<Socket> kept)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            socket.Connect(_server);
            kept.Add(socket);
            Send(socket, bytes);
        }
        catch (SocketException)
        {
            // Reset by the server before it was connected, or no room in its queue.
            socket.Dispose();
        }
    }

    private static void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        try
        {
            socket.Send(bytes);
        }
        catch (SocketException)
        {
            // Reset by the server.
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
        }

        socket.Dispose();
    }
}
