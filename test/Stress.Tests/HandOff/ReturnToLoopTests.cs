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

        Assert.StartsWith(StressServer.LoopThreads, (await client.GetAsync("/thread")).Text, StringComparison.Ordinal);
        await client.GetAsync("/thread?ms=100");
        Assert.True(server.HandOffs > 0, "No loop was handed off.");
        Assert.Equal(StressServer.StandbyThreads, (await client.GetAsync("/thread")).Text);

        // A processor that is taken away in the middle of a prompt request makes it a slow one.
        var requests = 1;
        while (!(await client.GetAsync("/thread")).Text.StartsWith(StressServer.LoopThreads, StringComparison.Ordinal))
            Assert.InRange(++requests, 1, 2000);

        Report.Line($"back on the loop after {requests} prompt requests");
        client.Dispose();
        others.Stop();
        await server.StopCleanlyAsync();
    }
}
