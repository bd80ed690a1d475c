using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http1;

public sealed class RequestTests
{
    private const string Greeting = "Hello, World!";

    [Theory, BothTransports]
    public async Task Get_OneRequest_ResponseWithContentLength(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, GreetAsync);
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync();

        Assert.Equal("HTTP/1.1", response.Version);
        Assert.Equal(200, response.StatusCode);
        Assert.Equal("13", response["Content-Length"]);
        Assert.Equal("text/plain", response["Content-Type"]);
        Assert.Equal("Kestrel", response["Server"]);
        Assert.NotNull(response["Date"]);
        Assert.Equal(Greeting, response.Text);
    }

    [Theory, BothTransports]
    public async Task Head_WithContentLength_NoBody(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, GreetAsync);
        using var client = await host.ConnectAsync();

        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var head = await client.ReadResponseAsync(head: true);
        var next = await client.GetAsync();

        Assert.Equal("13", head["Content-Length"]);
        Assert.Equal(Greeting, next.Text);
    }

    [Theory, BothTransports]
    public async Task Get_NoContent_NothingAfterTheHead(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            context.Response.StatusCode = context.Request.Path == "/none" ? 204 : 304;
            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();

        Assert.Equal(204, (await client.GetAsync("/none")).StatusCode);
        Assert.Equal(304, (await client.GetAsync("/same")).StatusCode);
        Assert.True(client.Pending.IsEmpty);
    }

    [Theory, BothTransports]
    public async Task KeepAlive_ManyRequestsInTurn_OneConnection(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(
            transport,
            context => context.Response.WriteAsync($"{context.Connection.Id} {context.Request.Path}"));
        using var client = await host.ConnectAsync();

        var id = (await client.GetAsync("/id")).Text.Split(' ')[0];
        for (var i = 0; i < 200; i++)
            Assert.Equal($"{id} /{i}", (await client.GetAsync($"/{i}")).Text);
    }

    [Theory, BothTransports]
    public async Task ConnectionClose_AfterTheResponse_FinFollows(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, GreetAsync);
        using var client = await host.ConnectAsync();

        var response = await client.GetAsync("/", "Connection: close");
        var (rest, end) = await client.ReadToEndAsync();

        Assert.Equal(Greeting, response.Text);
        Assert.Equal("close", response["Connection"]);
        Assert.Empty(rest);
        Assert.Equal(ConnectionEnd.Finished, end);
    }

    [Theory, BothTransports]
    public async Task ConnectionClose_SetByTheApplication_FinFollows(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            context.Response.Headers.Connection = "close";
            return GreetAsync(context);
        });
        using var client = await host.ConnectAsync();

        Assert.Equal(Greeting, (await client.GetAsync()).Text);
        Assert.Equal(ConnectionEnd.Finished, (await client.ReadToEndAsync()).End);
    }

    [Theory, BothTransports]
    public async Task Http10_WithoutKeepAlive_BodyEndsWithTheConnection(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context => context.Response.WriteAsync(Greeting));
        using var client = await host.ConnectAsync();

        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        var response = await client.ReadResponseAsync();

        Assert.Equal("HTTP/1.1", response.Version);
        Assert.Equal("close", response["Connection"]);
        Assert.Null(response["Transfer-Encoding"]);
        Assert.Equal(Greeting, response.Text);
    }

    [Theory, BothTransports]
    public async Task Http10_WithKeepAlive_ConnectionIsKept(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, GreetAsync);
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            var response = await client.ReadResponseAsync();
            Assert.Equal("keep-alive", response["Connection"]);
            Assert.Equal(Greeting, response.Text);
        }
    }

    [Theory, BothTransports]
    public async Task Handler_AfterAwait_ResponseArrives(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await Task.Delay(1);
            await GreetAsync(context);
            await Task.Yield();
        });
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 20; i++)
            Assert.Equal(Greeting, (await client.GetAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task Handler_Throws_500AndTheConnectionIsKept(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(
            transport,
            context => context.Request.Path == "/bad" ? throw new InvalidOperationException("meant") : GreetAsync(context));
        using var client = await host.ConnectAsync();

        Assert.Equal(500, (await client.GetAsync("/bad")).StatusCode);
        Assert.Equal(Greeting, (await client.GetAsync("/good")).Text);
    }

    [Theory, BothTransports]
    public async Task Handler_ThrowsAfterTheBodyStarted_ConnectionEndsWithoutTheLastChunk(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await context.Response.WriteAsync("start");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("meant");
        });
        using var client = await host.ConnectAsync();

        await client.SendGetAsync();
        await client.ReadResponseHeadAsync();
        Assert.Equal("start"u8.ToArray(), await client.ReadChunkAsync());
        var (rest, _) = await client.ReadToEndAsync();

        Assert.Empty(rest);
    }

    [Theory, BothTransports]
    public async Task Connections_ManyAtOnce_EachGetsItsOwnResponse(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context => context.Response.WriteAsync(context.Request.Path));

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using var client = await host.ConnectAsync();
            for (var n = 0; n < 10; n++)
                Assert.Equal($"/{i}/{n}", (await client.GetAsync($"/{i}/{n}")).Text);
        }));
    }

    private static Task GreetAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = Greeting.Length;
        return context.Response.WriteAsync(Greeting);
    }
}
