using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http1;

public sealed class ExpectContinueTests
{
    private const string Request =
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

    [Theory, BothTransports]
    public async Task Expect_BodyIsRead_100ThenTheResponse(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoAsync);
        using var client = await host.ConnectAsync();

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(Request);
            Assert.Equal(100, (await client.ReadResponseHeadAsync()).StatusCode);
            await client.SendAsync("hello");
            Assert.Equal("hello", (await client.ReadResponseAsync()).Text);
        }
    }

    [Theory, BothTransports]
    public async Task Expect_BodyIsReadAfterAwait_100ThenTheResponse(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            await Task.Delay(5);
            await EchoAsync(context);
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(Request);
        Assert.Equal(100, (await client.ReadResponseHeadAsync()).StatusCode);
        await client.DribbleAsync("hello");

        Assert.Equal("hello", (await client.ReadResponseAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task Expect_Rejected_FinalStatusWithout100(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context =>
        {
            context.Response.StatusCode = StatusCodes.Status417ExpectationFailed;
            return Task.CompletedTask;
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync(Request);
        var response = await client.ReadResponseAsync();

        Assert.Equal(417, response.StatusCode);
        // Kestrel waits a few seconds for the body, which a client may send all the same, and then takes the next request.
        await client.SendAsync("hello");
        Assert.Equal(417, (await client.GetAsync()).StatusCode);
    }

    [Theory, BothTransports]
    public async Task Expect_BodySentAtOnce_ResponseArrives(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, EchoAsync);
        using var client = await host.ConnectAsync();

        await client.SendAsync(Request + "hello");
        var response = await client.ReadResponseAsync();
        if (response.StatusCode == 100)
            response = await client.ReadResponseAsync();

        Assert.Equal("hello", response.Text);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        await context.Response.WriteAsync(await reader.ReadToEndAsync());
    }
}
