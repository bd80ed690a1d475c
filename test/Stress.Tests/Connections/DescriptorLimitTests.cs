using System.Globalization;
using System.Net;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>A server that runs out of descriptors (EMFILE).</summary>
public sealed class DescriptorLimitTests
{
    private const int Limit = 500;
    private const int Connections = 600;

    [Fact]
    public async Task Server_OutOfDescriptors_WarnsOnceServesThoseItHasAndAcceptsAgain()
    {
        await using var child = ChildProcess.Start(ChildRoles.SmallServer, Limit);
        var server = new IPEndPoint(IPAddress.Loopback, int.Parse(await child.ReadLineAsync("the server's port"), CultureInfo.InvariantCulture));
        var clients = new List<BlockingClient>();
        try
        {
            // The kernel completes them all; those the server has no descriptor for wait in its queue.
            for (var i = 0; i < Connections; i++)
                clients.Add(new BlockingClient(server));

            foreach (var client in clients)
                client.SendGet("/plain");

            await Task.Delay(1000);
            var served = clients.Where(client => client.Socket.Available > 0).ToList();
            var waiting = clients.Except(served).ToList();
            var full = await ReportAsync(child);
            Report.Line($"{served.Count} served and {waiting.Count} waiting; {full}");
            Assert.NotEmpty(waiting);
            Assert.Equal(full.Open, served.Count);
            Assert.True(full.Pauses > 1, "Accepting was not tried again.");
            Assert.Equal(1, full.Warnings);
            Assert.True(full.Threads == 1, "No descriptors are left to start a thread with: the thread pool could end the process at any time.");

            // It still serves those it has.
            foreach (var client in served)
                Assert.Equal(200, client.ReceiveResponse());

            await BlockingClient.RunAsync(() =>
            {
                served[0].SendGet("/plain");
                Assert.Equal(200, served[0].ReceiveResponse());

                foreach (var client in served.Skip(1))
                    client.Dispose();

                // Those that waited get their turn as others go.
                foreach (var client in waiting)
                {
                    Assert.Equal(200, client.ReceiveResponse());
                    client.Dispose();
                }
            }).OrTimeout("the connections that waited");

            var after = await ReportAsync(child);
            Report.Line($"after {served.Count} have closed: {after}");
            Assert.Equal(1, after.Warnings);
            Assert.Equal(0, after.Errors);
        }
        finally
        {
            foreach (var client in clients)
                client.Dispose();
        }

        await EmptyAsync(child);
    }

    private static async Task EmptyAsync(ChildProcess child)
    {
        for (var i = 0; i < 100; i++)
        {
            if ((await ReportAsync(child)).Open == 0)
                return;

            await Task.Delay(50);
        }

        Assert.Fail($"Connections remain open: {await ReportAsync(child)}");
    }

    private static async Task<ServerState> ReportAsync(ChildProcess child)
    {
        var numbers = (await child.AskAsync("report")).Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return new ServerState(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
    }

    private sealed record ServerState(int Warnings, int Pauses, int Open, int Errors, int Threads);
}
