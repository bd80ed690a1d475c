using System.Text;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>
/// A server that stops cancels the reads of idle connections and closes them. A request that is in the kernel by then, and of which no loop
/// has told anybody, is not lost.
/// </summary>
public sealed class CanceledReadTests
{
    [Fact]
    public async Task CancelPendingRead_BytesInTheKernel_ComeWithTheCanceledRead()
    {
        await using var transport = new TransportUnderTest(options => (options.EventLoops, options.Dispatch) = (1, DispatchMode.Inline));
        await using var listener = await transport.BindAsync();
        var (blocker, blockingClient) = await TransportUnderTest.ConnectAsync(listener);
        var (connection, client) = await TransportUnderTest.ConnectAsync(listener);
        using var release = new ManualResetEventSlim();
        using var blocked = new ManualResetEventSlim();
        var first = connection.Transport.Input.ReadAsync();
        await client.SendAsync("first");
        connection.Transport.Input.AdvanceTo((await first).Buffer.End);
        var second = connection.Transport.Input.ReadAsync().AsTask();
        var blocking = BlockAsync(blocker, blocked, release);
        await blockingClient.SendAsync("block");
        await Task.Run(blocked.Wait).OrTimeout("the loop to be blocked");

        await client.SendAsync("request");
        var socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
        await Eventually.HoldsAsync(() => socket.Available == "request".Length, "the bytes in the kernel");
        Assert.False(second.IsCompleted);
        connection.Transport.Input.CancelPendingRead();
        var result = await second.OrTimeout("the canceled read");
        release.Set();

        Assert.True(result.IsCanceled);
        Assert.Equal("request", Encoding.ASCII.GetString(result.Buffer.FirstSpan));
        connection.Transport.Input.AdvanceTo(result.Buffer.End);
        await blocking;
        await connection.DisposeAsync();
        await blocker.DisposeAsync();
        client.Dispose();
        blockingClient.Dispose();
    }

    private static async Task BlockAsync(ConnectionContext connection, ManualResetEventSlim blocked, ManualResetEventSlim release)
    {
        var result = await connection.Transport.Input.ReadAsync();
        connection.Transport.Input.AdvanceTo(result.Buffer.End);
        blocked.Set();
        release.Wait();
    }
}
