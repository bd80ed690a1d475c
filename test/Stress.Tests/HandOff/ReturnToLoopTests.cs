using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.HandOff;

/// <summary>A connection that blocked is served beside its loop until it has been prompt for a while.</summary>
public sealed class ReturnToLoopTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Connection_BlockedOnceAndPromptSince_RunsOnItsLoopAgain(int loops)
    {
        await using var server = await StressServer.StartAsync(loops, new KestrelHostOptions { App = StressApp.Map });

        // Somebody has to wait for the loops, or nobody minds that they are blocked.
        using var others = RequestLoad.Start(server.EndPoint, "/plain", 8, TimeSpan.FromMilliseconds(1));
        using var client = await server.Host.ConnectAsync();

        // A new connection's request may find the thread pool still at it, and so may the one after.
        await CountUntilAsync(client, StressServer.LoopThreads, atMost: 100);
        await BlockUntilDistrustedAsync(client);
        Assert.True(server.HandOffs > 0, "No loop was handed off.");

        // A processor that is taken away in the middle of a prompt request makes it a slow one.
        var requests = await CountUntilAsync(client, StressServer.LoopThreads, atMost: 2000);

        Report.Line($"back on the loop with prompt request {requests}");
        client.Dispose();
        others.Stop();
        await server.StopCleanlyAsync();
    }

    /// <summary>Blocks in the handler until the requests that follow are served beside the loop.</summary>
    private static async Task BlockUntilDistrustedAsync(RawClient client)
    {
        for (var tries = 0; tries < 10; tries++)
        {
            await client.GetAsync("/thread?ms=100");

            // The response leaves before the blocked thread is back at the loop's code, so the next request may be too early.
            for (var requests = 0; requests < 3; requests++)
            {
                if ((await client.GetAsync("/thread")).Text == StressServer.StandbyThreads)
                    return;
            }
        }

        Assert.Fail("The connection is not served beside its loop, however often its handler blocks.");
    }

    /// <summary>Requests until one is served by a thread of this name.</summary>
    private static async Task<int> CountUntilAsync(RawClient client, string thread, int atMost)
    {
        for (var count = 1; count <= atMost; count++)
        {
            if ((await client.GetAsync("/thread")).Text.StartsWith(thread, StringComparison.Ordinal))
                return count;
        }

        throw new InvalidOperationException($"None of {atMost} requests was served by a thread named {thread}*.");
    }
}
