using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http1;

public sealed class TrailerTests
{
    [Theory, BothTransports]
    public async Task RequestTrailers_Chunked_ReachTheApplication(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            await context.Response.WriteAsync($"{body} {context.Request.GetTrailer("X-Sum")}");
        });
        using var client = await host.ConnectAsync();

        await client.DribbleAsync(
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 42\r\n\r\n",
            step: 13);

        Assert.Equal("body 42", (await client.ReadResponseAsync()).Text);
    }
}
