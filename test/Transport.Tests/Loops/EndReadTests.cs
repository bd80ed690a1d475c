using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Loops;

/// <summary>Kestrel takes the signal that a connection has closed for the end of answering: who has read the client's end comes first.</summary>
public sealed class EndReadTests
{
    [Fact]
    public Task ReadOnALoop_AnswererLosesTheLoop_SignalComesAfterTheAnswer() => GrowingTime.TryAsync("the read to go on on the loop", async time =>
    {
        var readBy = "nobody";
        var signalled = true;
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await ConnectionScript.RunAsync(
            async connection =>
            {
                await ConnectionScript.GoToLoopAsync(connection);
                connection.ConnectionClosed.Register(told.SetResult);
                var read = await connection.Transport.Input.ReadAsync();
                Assert.True(read.IsCompleted);
                readBy = LoopThread.Current is { IsLeading: true } ? "a loop" : "another thread";

                // As a busy machine makes it: the successor does meanwhile what the loop has posted.
                Assert.True(SpinWait.SpinUntil(() => LoopThread.Current is not { IsLeading: true }, TaskTimeoutExtensions.DefaultTimeout));
                Thread.Sleep(200);
                signalled = connection.ConnectionClosed.IsCancellationRequested;
                await connection.Transport.Output.WriteAsync("late"u8.ToArray());

                // Told in the end, though it goes on.
                await told.Task.OrTimeout("the signal");
            },
            async client =>
            {
                await ConnectionScript.FollowToLoopAsync(client);
                client.ShutdownSend();
                await client.ReadExactlyAsync(4).OrTimeout("the answer");
            },
            options => (options.EventLoops, options.StallThreshold) = (1, time / 50));

        if (readBy != "a loop")
            return false;

        Assert.False(signalled);
        return true;
    });
}
