using System.Net;
using System.Net.Sockets;
using System.Text;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Health;

/// <summary>Every event loop and the whole thread pool of a process are blocked: its probes are answered, and say so.</summary>
public sealed class BlockedServerTests
{
    private const int Clients = 6;

    [Fact]
    public async Task Livez_LoopsAndPoolBlocked_AnsweredAndUnhealthy()
    {
        var (port, healthPort) = (TestPorts.Next(), TestPorts.Next());
        await using var child = ChildProcess.Start(ChildRoles.BlockedServer, null, $"{port}", $"{healthPort}");
        Assert.Equal("ready", await child.ReadLineAsync("its start", TimeSpan.FromMinutes(3)));
        Assert.StartsWith("HTTP/1.1 200 OK", await AskAsync(healthPort), StringComparison.Ordinal);

        // A connection's first request is served on the pool, the next ones on its loop.
        var clients = new List<BlockingClient>();
        for (var i = 0; i < Clients; i++)
        {
            var client = new BlockingClient(new IPEndPoint(IPAddress.Loopback, port));
            clients.Add(client);
            client.SendGet("/ok");
            client.ReceiveResponse();
        }

        foreach (var client in clients)
            client.SendGet("/block");

        var blocked = "";
        await Eventually.HoldsAsync(
            () => (blocked = child.AskAsync("blocked loops", TimeSpan.FromMinutes(1)).GetAwaiter().GetResult()) == "2",
            "both loops to be blocked", () => blocked, TimeSpan.FromMinutes(3));

        Assert.Equal("blocked", await child.AskAsync("block pool", TimeSpan.FromMinutes(3)));

        // The first answers may come before the loops count as stuck.
        var answer = "";
        await Eventually.HoldsAsync(
            () => (answer = AskAsync(healthPort).GetAwaiter().GetResult()).StartsWith("HTTP/1.1 503 Service Unavailable", StringComparison.Ordinal),
            "the loops to count as stuck", () => answer, TimeSpan.FromMinutes(2));

        Assert.Contains("2 of 2 event loops make no progress", answer, StringComparison.Ordinal);
        clients.ForEach(client => client.Dispose());
    }

    private static async Task<string> AskAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        await stream.WriteAsync("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync().OrTimeout("the probe's answer", TimeSpan.FromMinutes(1));
    }
}
