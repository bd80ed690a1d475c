using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>
/// Opens connections one after another and ends each in another way, most of them badly. Every kind is used equally
/// often; connections that are to be slow are set aside and finished later.
/// </summary>
internal sealed class ChurnWorker(IPEndPoint server, int seed) : IDisposable
{
    /// <summary>How many connections are kept waiting in the middle of a request.</summary>
    private const int SlowOnes = 50;

    private static readonly Action<ChurnWorker, BlockingClient>[] s_ends =
    [
        static (_, _) => { },
        static (_, client) => client.Reset(),
        static (_, client) => client.Send("GET /pla"),
        static (_, client) =>
        {
            client.Send("GET /plain HTTP/1.1\r\nHo");
            client.Reset();
        },
        static (_, client) =>
        {
            client.SendGet("/plain");
            client.Reset();
        },
        static (_, client) =>
        {
            client.SendGet("/plain");
            Assert.Equal(200, client.ReceiveResponse());
        },
        static (_, client) =>
        {
            // The request is complete: what the server makes of the end that follows it is its own affair.
            client.SendGet("/plain");
            client.Socket.Shutdown(SocketShutdown.Send);
            ReceiveToEnd(client);
        },
        static (_, client) =>
        {
            client.Send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc");
            client.Reset();
        },
        static (_, client) =>
        {
            client.Send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc");
            client.Socket.Shutdown(SocketShutdown.Send);
            ReceiveToEnd(client);
        },
        static (_, client) =>
        {
            client.SendGet("/big");
            client.ReceiveSome(1000);
            client.Reset();
        },
        static (_, client) =>
        {
            client.SendGet("/big");
            client.ReceiveSome(1000);
        },
        static (_, client) =>
        {
            client.SendGet("/file");
            client.ReceiveSome(1000);
            client.Reset();
        },
        static (_, client) =>
        {
            client.SendGet("/file");
            client.ReceiveSome(1000);
        },
        static (_, client) => client.Send("no HTTP at all\r\n\r\n"),
        static (worker, client) => worker.SetAside(client),
    ];

    private readonly Random _random = new(seed);
    private readonly Queue<BlockingClient> _slow = new();

    internal void Run(int cycles)
    {
        for (var i = 0; i < cycles; i++)
        {
            var client = new BlockingClient(server);
            var end = s_ends[_random.Next(s_ends.Length)];
            end(this, client);
            if (_slow.Count == 0 || !ReferenceEquals(_slow.Last(), client))
                client.Dispose();
        }

        while (_slow.TryDequeue(out var slow))
            Finish(slow);
    }

    public void Dispose()
    {
        foreach (var client in _slow)
            client.Dispose();
    }

    private static void Finish(BlockingClient client)
    {
        using (client)
        {
            client.Send("n HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Assert.Equal(200, client.ReceiveResponse());
        }
    }

    private static void ReceiveToEnd(BlockingClient client)
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (client.Socket.Receive(buffer, SocketFlags.None, out var error) > 0 && error == SocketError.Success)
        {
        }
    }

    private void SetAside(BlockingClient client)
    {
        client.Send("GET /plai");
        _slow.Enqueue(client);
        if (_slow.Count > SlowOnes)
            Finish(_slow.Dequeue());
    }
}
