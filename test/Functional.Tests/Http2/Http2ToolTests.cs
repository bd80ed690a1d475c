using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Http2;

public sealed class Http2ToolTests
{
    [Theory, BothTransports]
    public async Task Curl_PriorKnowledge_Answered(TransportKind transport)
    {
        var curl = ExternalTool.Require("curl");
        await using var host = await Http2ClientTests.StartAsync(
            transport,
            context => context.Response.WriteAsync(context.Request.Protocol));

        var result = await curl.RunAsync("-sS", "--noproxy", "*", "--http2-prior-knowledge", $"http://127.0.0.1:{host.Port}/");

        Assert.True(result is { ExitCode: 0, Output: "HTTP/2" }, result.ToString());
    }

    [Theory, BothTransports]
    public async Task Nghttp_ManyRequests_Answered(TransportKind transport)
    {
        var nghttp = ExternalTool.Require("nghttp");
        await using var host = await Http2ClientTests.StartAsync(transport, context => Pattern.WriteAsync(context.Response.Body, 100_000));

        var result = await nghttp.RunAsync("-n", "-s", "-m", "20", $"http://127.0.0.1:{host.Port}/");

        Assert.Equal(0, result.ExitCode);
        // One line of statistics per request, with its status.
        Assert.Equal(20, result.Output.Split('\n').Count(l => l.Contains(" 200 ", StringComparison.Ordinal)));
    }

    [Theory]
    [BothTransports(1, 1)]
    [BothTransports(4, 32)]
    public async Task H2load_ConnectionsAndStreams_AllSucceed(TransportKind transport, int connections, int streams)
    {
        var h2load = ExternalTool.Require("h2load");
        await using var host = await Http2ClientTests.StartAsync(transport, context => context.Response.WriteAsync("Hello, World!"));

        var result = await h2load.RunAsync("-n", "2000", "-c", $"{connections}", "-m", $"{streams}", $"http://127.0.0.1:{host.Port}/");

        Assert.True(result.Output.Contains("2000 succeeded, 0 failed, 0 errored", StringComparison.Ordinal), result.ToString());
    }

    [Theory, BothTransports]
    public async Task H2load_Http1Pipelined_AllSucceed(TransportKind transport)
    {
        var h2load = ExternalTool.Require("h2load");
        await using var host = await KestrelHost.StartAsync(transport, context => context.Response.WriteAsync("Hello, World!"));

        var result = await h2load.RunAsync("--h1", "-n", "2000", "-c", "8", "-m", "16", $"http://127.0.0.1:{host.Port}/");

        Assert.True(result.Output.Contains("2000 succeeded, 0 failed, 0 errored", StringComparison.Ordinal), result.ToString());
    }
}
