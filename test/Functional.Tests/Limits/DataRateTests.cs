using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Limits;

/// <summary>Kestrel's minimum rates, which its heartbeat checks once a second.</summary>
public sealed class DataRateTests
{
    [Theory, BothTransports]
    public async Task RequestBody_BelowTheRate_408(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Kestrel = kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1_000_000, TimeSpan.FromSeconds(1.1)),
            App = app => app.Run(context => context.Request.Body.CopyToAsync(Stream.Null)),
        });
        using var client = await host.ConnectAsync();

        await client.SendAsync("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
        await client.SendAsync(Pattern.Bytes(10));
        var response = await client.ReadResponseAsync();
        await client.ReadToEndAsync();

        Assert.Equal(408, response.StatusCode);
    }

    [Theory, BothTransports]
    public async Task Response_BelowTheRate_Reset(TransportKind transport)
    {
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Kestrel = kestrel => kestrel.Limits.MinResponseDataRate = new MinDataRate(100_000_000, TimeSpan.FromSeconds(1.1)),
            App = app => app.Run(async context =>
            {
                using var registration = context.RequestAborted.Register(aborted.SetResult);
                await context.Response.Body.WriteAsync(new byte[30_000_000]);
                await aborted.Task;
            }),
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);

        await client.SendGetAsync();
        await aborted.Task.OrTimeout("the response to be given up");

        Assert.Equal(ConnectionEnd.Reset, (await client.ReadToEndAsync()).End);
    }

    [Theory, BothTransports]
    public async Task Response_RateIsSwitchedOff_SlowReaderIsServed(TransportKind transport)
    {
        const int Size = 4_000_000;
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Kestrel = kestrel => kestrel.Limits.MinResponseDataRate = null,
            App = app => app.Run(context =>
            {
                context.Response.ContentLength = Size;
                return Pattern.WriteAsync(context.Response.Body, Size);
            }),
        });
        using var client = await RawClient.ConnectAsync(host.EndPoint, receiveBufferSize: 8 * 1024);

        await client.SendGetAsync();
        await Task.Delay(1500);
        var response = await client.ReadResponseAsync();

        Assert.Equal(Size, response.Body.Length);
        Assert.Equal(-1, Pattern.FindMismatch(response.Body));
    }
}
