using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Pipes;

/// <summary>The token of a read that fires at an unlucky moment.</summary>
public sealed class ReadTokenTests
{
    [Fact]
    public async Task Token_FiresWhileTheLoopReceivesInVain_TheReadIsCanceled_AndTheNextIsNot()
    {
        await using var transport = new TransportUnderTest();
        await using var listener = await transport.BindAsync();
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        var input = (ConnectionInput)server.Transport.Input;
        using var waits = new ManualResetEventSlim();
        using var source = new CancellationTokenSource();
        var channel = new InterceptedChannel(server)
        {
            OnReceive = () =>
            {
                waits.Wait();
                source.Cancel();
                return IoResult.FromErrno(Errno.EAGAIN);
            },
        };

        // Readable from here on, as after a handshake, though there is nothing to read.
        input.Use(channel, mayHaveMore: true);

        // Not on the thread pool, which may receive itself.
        var read = await Task.Factory.StartNew(
            () => input.ReadAsync(source.Token).AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        waits.Set();
        var canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.OrTimeout("the canceled read"));
        Assert.Equal(source.Token, canceled.CancellationToken);

        channel.OnReceive = null;
        var next = input.ReadAsync().AsTask();
        await client.SendAsync("x");
        var result = await next.OrTimeout("the next read");
        Assert.Equal(1, result.Buffer.Length);
        input.AdvanceTo(result.Buffer.End);
        client.Dispose();
        await server.DisposeAsync();
    }
}
