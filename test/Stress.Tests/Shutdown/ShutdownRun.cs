using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Stress.Tests.Shutdown;

/// <summary>One server's requests: which of them a handler was started for, and which responses arrived.</summary>
internal sealed class ShutdownRun(int seed)
{
    private const int LargeBody = 400_000;

    private readonly ConcurrentDictionary<int, string> _started = new();
    private readonly ConcurrentDictionary<int, bool> _arrived = new();
    private readonly ConcurrentQueue<string> _truncated = new();
    private int _lastId;
    private int _refused;

    internal int Received => _arrived.Count;

    /// <summary>Requests whose connection was closed before the server looked at them.</summary>
    internal int Refused => _refused;

    /// <summary>Handlers of every kind: at once, later, blocking, in pieces, large, from a file region's size of memory.</summary>
    internal void Map(WebApplication app)
    {
        Map(app, "/now", static (_, body) => body(100));
        Map(app, "/later", static async (random, body) =>
        {
            await Task.Delay(random.Next(30));
            await body(5000);
        });
        Map(app, "/block", static (random, body) =>
        {
            Thread.Sleep(random.Next(15));
            return body(100);
        });
        Map(app, "/large", static (_, body) => body(LargeBody));
    }

    /// <summary>A client: requests on one connection until the server closes it.</summary>
    internal void Request(BlockingClient connection, int client)
    {
        var random = new Random((seed * 1000) + client);
        string[] paths = ["/now", "/later", "/block", "/large"];
        while (true)
        {
            var path = paths[random.Next(paths.Length)];
            var id = Interlocked.Increment(ref _lastId);
            try
            {
                connection.SendGet($"{path}?id={id}");
                while (!connection.ReceiveSome())
                {
                    // One client in four reads slowly, so that output is waiting when the server stops.
                    if (client % 4 == 0)
                        Thread.Sleep(1);
                }

                _arrived[id] = true;
            }
            catch (Exception end) when (end is SocketException { SocketErrorCode: not SocketError.TimedOut } or EndOfStreamException)
            {
                if (connection.HasBegunResponse)
                    _truncated.Enqueue($"{path} {id}: {end.Message}");

                Interlocked.Increment(ref _refused);
                return;
            }
        }
    }

    internal void AssertNothingLost()
    {
        Assert.Empty(_truncated);
        Assert.Empty(_started.Where(request => !_arrived.ContainsKey(request.Key)).Select(request => $"{request.Value} {request.Key}"));
    }

    private void Map(WebApplication app, string path, Func<Random, Func<int, Task>, Task> handler) => app.MapGet(path, (RequestDelegate)(context =>
    {
        var id = int.Parse(context.Request.Query["id"].ToString(), CultureInfo.InvariantCulture);
        _started[id] = path;
        return handler(new Random(id), length => WriteAsync(context, length));
    }));

    private static async Task WriteAsync(HttpContext context, int length)
    {
        const int Step = 40_000;
        context.Response.ContentLength = length;
        var bytes = Pattern.Bytes(length);
        for (var sent = 0; sent < length; sent += Step)
            await context.Response.Body.WriteAsync(bytes.AsMemory(sent, Math.Min(Step, length - sent)));
    }
}
