using System.Diagnostics;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>The socket options that are settings, asked of the accepted socket itself.</summary>
public sealed class SocketOptionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NoDelay_OnTheAcceptedSocket(bool noDelay)
    {
        await using var transport = new TransportUnderTest(options => options.NoDelay = noDelay);

        Assert.Equal(noDelay, (await AcceptedSocketAsync(transport)).NoDelay);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeepAlive_OnTheAcceptedSocket(bool keepAlive)
    {
        await using var transport = new TransportUnderTest(options => options.KeepAlive = keepAlive);
        var socket = await AcceptedSocketAsync(transport);

        Assert.Equal(keepAlive, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)! != 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public async Task DeferAccept_SilentClient_IsKeptBack(int seconds)
    {
        await using var transport = new TransportUnderTest(options => options.DeferAccept = TimeSpan.FromSeconds(seconds));
        var listener = await transport.BindAsync();
        using var client = await RawClient.ConnectAsync(listener.EndPoint);
        var accepting = listener.AcceptAsync().AsTask();
        if (seconds > 0)
        {
            await Task.Delay(300);
            Assert.False(accepting.IsCompleted);
            await client.SendAsync("x");
        }

        Assert.NotNull(await accepting.OrTimeout("the connection"));
    }

    [Fact]
    public async Task Socket_OfTheFeature_IsNotTheOwnerOfTheDescriptor()
    {
        await using var transport = new TransportUnderTest();
        var (server, client) = await TransportUnderTest.ConnectAsync(await transport.BindAsync());
        using (client)
        {
            server.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Dispose();

            await server.Transport.Output.WriteAsync("still open"u8.ToArray());
            Assert.Equal("still open", await client.ReadUntilAsync("open"));
        }
    }

    private static async Task<Socket> AcceptedSocketAsync(TransportUnderTest transport)
    {
        var (server, _) = await TransportUnderTest.ConnectAsync(await transport.BindAsync());
        return server.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
    }
}
