using System.Buffers;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>A connection that is closed leaves no timer running.</summary>
[Collection(Alone.Name)]
public sealed class DrainTimerTests
{
    private const int Connections = 20;
    private const int Much = 12_000_000;

    [Fact]
    public async Task DisposeAsync_PeerTakesTheRest_NoTimerIsLeft()
    {
        await using var transport = new TransportUnderTest();
        await using var listener = await transport.BindAsync();
        await DrainOneAsync(listener);
        var before = Timer.ActiveCount;
        for (var i = 0; i < Connections; i++)
            await DrainOneAsync(listener);

        // Other parts of the process have timers of their own; a few may have come.
        await Eventually.HoldsAsync(
            () => Timer.ActiveCount < before + (Connections / 2), "the timers to end", () => $"{Timer.ActiveCount} timers, {before} before", TimeSpan.FromSeconds(3));
    }

    private static async Task DrainOneAsync(Microsoft.AspNetCore.Connections.IConnectionListener listener)
    {
        var (server, client) = await TransportUnderTest.ConnectAsync(listener, receiveBufferSize: 64 * 1024);
        server.Transport.Output.Write(new byte[Much]);
        var flushed = server.Transport.Output.FlushAsync();
        Assert.False(flushed.IsCompleted);
        var disposed = server.DisposeAsync().AsTask();
        Assert.False(disposed.IsCompleted);
        await client.DiscardAsync(Much, zeros: true);
        await disposed.OrTimeout("the connection to end");
        await flushed;
        client.Dispose();
    }
}
