using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Diagnostics;

/// <summary>The meters that operators watch show the same over both transports.</summary>
public sealed class MetricsTests
{
    [Theory, BothTransports]
    public async Task Transport_AskedFor_IsInCharge(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context => context.Response.WriteAsync("ok"));
        using var client = await host.ConnectAsync();

        Assert.Equal("ok", (await client.GetAsync()).Text);

        Assert.Equal(transport == TransportKind.Aeronet ? 1 : 0, host.Metrics.Total("aeronet.connections.accepted"));
    }

    [Theory, BothTransports]
    public async Task ActiveConnections_OpenedAndClosed_CountedUpAndDown(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context => context.Response.WriteAsync("ok"));
        var clients = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.ConnectAsync()));
        await Settled(host, "kestrel.active_connections", 10);

        foreach (var client in clients)
            client.Dispose();

        await Settled(host, "kestrel.active_connections", 0);
        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 10, "10 durations", host.Metrics.ToString);
    }

    // Kestrel's own transport is the reference for what counts as an error.
    [Theory]
    [BothTransports("", false, null)]
    [BothTransports("", true, null)]
    [BothTransports("GET / HTTP/1.1\r\nHost: local", false, "invalid_request_headers")]
    [BothTransports("GET / HTTP/1.1\r\nHost: local", true, null)]
    [BothTransports("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n", false, null)]
    [BothTransports("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n", true, null)]
    [BothTransports("POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf", false, "unexpected_end_of_request_content")]
    public async Task ConnectionDuration_ClientLeaves_ErrorType(TransportKind transport, string request, bool reset, string? errorType)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await KestrelHost.StartAsync(transport, async context =>
        {
            var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            if (context.Request.Path == "/wait")
            {
                started.SetResult();
                await aborted.Task;
            }

            if (context.Request.Path == "/read")
            {
                await context.Request.Body.ReadExactlyAsync(new byte[4]);
                started.SetResult();
                await context.Request.Body.ReadExactlyAsync(new byte[1]);
            }
        });
        using var client = await host.ConnectAsync();

        await client.GetAsync();
        await client.SendAsync(request);
        if (request.EndsWith("local", StringComparison.Ordinal) || request.Length == 0)
            await Task.Delay(50);
        else
            await started.Task.OrTimeout("the handler");

        if (reset)
            client.Reset();
        else
            client.Dispose();

        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "a duration", host.Metrics.ToString);
        var durations = host.Metrics.ToString()
            .Split(Environment.NewLine)
            .Where(l => l.StartsWith("kestrel.connection.duration", StringComparison.Ordinal));
        var found = Assert.Single(durations).Split("[error.type=");
        Assert.Equal(errorType, found.Length == 1 ? null : found[1].Split(']')[0]);
    }

    [Theory, BothTransports]
    public async Task ConnectionDuration_Tags_DescribeTheEndpoint(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, context => context.Response.WriteAsync("ok"));
        using (var client = await host.ConnectAsync())
            await client.GetAsync();

        await Eventually.HoldsAsync(() => host.Metrics.Count("kestrel.connection.duration") == 1, "a duration", host.Metrics.ToString);
        var totals = host.Metrics.ToString();
        Assert.Contains("[network.transport=tcp]", totals, StringComparison.Ordinal);
        Assert.Contains("[network.type=ipv4]", totals, StringComparison.Ordinal);
        Assert.Contains("[server.address=127.0.0.1]", totals, StringComparison.Ordinal);
        Assert.Contains($"[server.port={host.Port}]", totals, StringComparison.Ordinal);
        Assert.Contains("[network.protocol.name=http]", totals, StringComparison.Ordinal);
    }

    private static Task Settled(KestrelHost host, string instrument, double value)
        => Eventually.HoldsAsync(() => host.Metrics.Total(instrument) == value, $"{instrument} = {value}", host.Metrics.ToString);
}
