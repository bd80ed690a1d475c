using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Functional.Tests.Upgrade;

public sealed class SignalRTests
{
    [Theory]
    [BothTransports(HttpTransportType.WebSockets)]
    [BothTransports(HttpTransportType.ServerSentEvents)]
    [BothTransports(HttpTransportType.LongPolling)]
    public async Task Invoke_HubMethod_ResultReturns(TransportKind transport, HttpTransportType type)
    {
        await using var host = await StartAsync(transport);
        await using var connection = await ConnectAsync(host, type);

        for (var i = 0; i < 50; i++)
            Assert.Equal($"text {i}", await connection.InvokeAsync<string>("Echo", $"text {i}").OrTimeout("the call"));

        var large = new string('x', 20_000);
        Assert.Equal(large, await connection.InvokeAsync<string>("Echo", large).OrTimeout("the large call"));
    }

    [Theory]
    [BothTransports(HttpTransportType.WebSockets)]
    [BothTransports(HttpTransportType.ServerSentEvents)]
    [BothTransports(HttpTransportType.LongPolling)]
    public async Task Stream_BothWays_EveryItemArrives(TransportKind transport, HttpTransportType type)
    {
        await using var host = await StartAsync(transport);
        await using var connection = await ConnectAsync(host, type);

        var expected = 0;
        await foreach (var number in connection.StreamAsync<int>("Count", 200))
            Assert.Equal(expected++, number);

        Assert.Equal(200, expected);
        Assert.Equal(4950, await connection.InvokeAsync<int>("Sum", NumbersAsync(100)).OrTimeout("the upload stream"));
    }

    [Theory]
    [BothTransports(HttpTransportType.WebSockets)]
    [BothTransports(HttpTransportType.ServerSentEvents)]
    [BothTransports(HttpTransportType.LongPolling)]
    public async Task Push_ByOneClient_ReachesAll(TransportKind transport, HttpTransportType type)
    {
        await using var host = await StartAsync(transport);
        await using var speaker = await ConnectAsync(host, type);
        await using var listener = await ConnectAsync(host, type);
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.On<string>("Said", said.SetResult);

        await speaker.InvokeAsync("Broadcast", "hello").OrTimeout("the call");

        Assert.Equal("hello", await said.Task.OrTimeout("the push"));
    }

    private static Task<KestrelHost> StartAsync(TransportKind transport)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Builder = builder => builder.Services.AddSignalR(),
            App = app => app.MapHub<ChatHub>("/chat"),
        });

    private static async Task<HubConnection> ConnectAsync(KestrelHost host, HttpTransportType type)
    {
        var connection = new HubConnectionBuilder().WithUrl($"http://127.0.0.1:{host.Port}/chat", type).Build();
        await connection.StartAsync().OrTimeout($"the {type} connection");
        return connection;
    }

    private static async IAsyncEnumerable<int> NumbersAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return i;
            await Task.Yield();
        }
    }
}
