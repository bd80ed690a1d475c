using System.IO.Pipelines;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Transport.Tests.Allocations;

/// <summary>In its steady state the transport allocates nothing for a request.</summary>
[Collection(Alone.Name)]
public sealed class AllocationTests
{
    private const int WarmUp = 3000;
    private const int Measured = 2000;
    private const string Get = "GET /plaintext HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\n\r\n";

    [Theory]
    [InlineData(DispatchMode.Inline)]
    [InlineData(DispatchMode.Adaptive)]
    public async Task Echo_TransportAlone_AllocatesNothing(DispatchMode mode)
    {
        var allocations = new LoopAllocations(WarmUp, Measured);
        await using var host = await StartAsync(TransportKind.Aeronet, mode, listen => listen.Run(connection => EchoAsync(connection, allocations)));

        await RunAsync(host, allocations);

        Assert.Equal(0, allocations.BytesPerRequest);
    }

    [Fact]
    public async Task Echo_LargeMessages_AllocateNothing()
    {
        // Several blocks in, several blocks out: segments and vectors come from what the connection keeps.
        var allocations = new LoopAllocations(WarmUp, Measured);
        await using var host = await StartAsync(TransportKind.Aeronet, DispatchMode.Inline, listen => listen.Run(connection => EchoLargeAsync(connection, allocations)));
        using var client = new BlockingHttpClient(host.EndPoint, new string('x', 40_000));
        await client.AskAsync(allocations.Requests).OrTimeout("the requests");

        Assert.Equal(0, allocations.BytesPerRequest);
    }

    [Fact]
    public async Task Plaintext_MinimalHandler_AllocatesNothing()
    {
        var allocations = new LoopAllocations(WarmUp, Measured);
        await using (var host = await StartAsync(TransportKind.Aeronet, DispatchMode.Inline, app: app => app.Run(context => AnswerAsync(context, allocations))))
            await RunAsync(host, allocations);

        var ours = await WholeProcessAsync(TransportKind.Aeronet);
        var stock = await WholeProcessAsync(TransportKind.Sockets);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"bytes per request: {allocations.BytesPerRequest:0.0} on the loop's thread; whole process {ours:0.0} over Aeronet, {stock:0.0} over Kestrel's sockets");

        // Kestrel's own share is nothing too, on either transport: its objects are the connection's, not the request's.
        Assert.Equal(0, allocations.BytesPerRequest);
        Assert.InRange(ours, 0, stock + 8);
    }

    [Fact]
    public async Task Plaintext_BytesHeldForAnObserver_AllocatesNothing()
    {
        var allocations = new LoopAllocations(WarmUp, Measured);
        await using var host = await BareHost.StartAsync(
            TransportKind.Aeronet,
            options => (options.Dispatch, options.EventLoops, options.StallThreshold) = (DispatchMode.Inline, 1, TimeSpan.FromSeconds(10)),
            app: app => app.Run(context =>
            {
                Assert.True(context.Features.Get<IHeldInputFeature>()!.IsAccepted);
                return AnswerAsync(context, allocations);
            }),
            services: services => services.AddSingleton<IRefusedConnectionObserver, DeafObserver>());

        await RunAsync(host, allocations);

        Assert.Equal(0, allocations.BytesPerRequest);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(60_000)]
    public async Task FileRegion_SentAtOnce_AllocatesNothing(int size)
    {
        using var file = PatternFile.Create(60_000);
        using var handle = File.OpenHandle(file.FullPath);
        var allocations = new LoopAllocations(WarmUp, Measured);
        await using var host = await StartAsync(TransportKind.Aeronet, DispatchMode.Inline, app: app => app.Run(context =>
        {
            allocations.OnRequest();
            context.Response.ContentLength = size;
            return context.Region().SendFileAsync(handle, 0, size);
        }));

        await RunAsync(host, allocations);

        Assert.Equal(0, allocations.BytesPerRequest);
    }

    private static async Task EchoAsync(ConnectionContext connection, LoopAllocations allocations)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            var read = await input.ReadAsync();
            if (read.IsCompleted)
                return;

            allocations.OnRequest();
            foreach (var part in read.Buffer)
                Write(output, part);

            input.AdvanceTo(read.Buffer.End);
            await output.FlushAsync();
        }
    }

    private static async Task EchoLargeAsync(ConnectionContext connection, LoopAllocations allocations)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            var read = await input.ReadAsync();
            if (read.IsCompleted)
                return;

            if (read.Buffer.Length < 40_000)
            {
                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            allocations.OnRequest();
            foreach (var part in read.Buffer)
                Write(output, part);

            input.AdvanceTo(read.Buffer.End);
            await output.FlushAsync();
        }
    }

    private static void Write(PipeWriter output, ReadOnlyMemory<byte> bytes)
    {
        bytes.Span.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    private static Task AnswerAsync(HttpContext context, LoopAllocations? allocations)
    {
        allocations?.OnRequest();
        context.Response.ContentLength = 13;
        var writer = context.Response.BodyWriter;
        "Hello, World!"u8.CopyTo(writer.GetSpan(13));
        writer.Advance(13);
        return Task.CompletedTask;
    }

    private static async Task RunAsync(BareHost host, LoopAllocations allocations)
    {
        using var client = new BlockingHttpClient(host.EndPoint, Get);
        await client.AskAsync(allocations.Requests).OrTimeout("the requests");
    }

    /// <summary>Bytes per request over all threads of the process, of which the client's allocates none.</summary>
    private static async Task<double> WholeProcessAsync(TransportKind transport)
    {
        await using var host = await StartAsync(transport, DispatchMode.Inline, app: app => app.Run(context => AnswerAsync(context, null)));
        using var client = new BlockingHttpClient(host.EndPoint, Get);
        await client.AskAsync(WarmUp).OrTimeout("the warm-up");
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await client.AskAsync(Measured).OrTimeout("the requests");
        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Measured;
    }

    private static Task<BareHost> StartAsync(
        TransportKind transport, DispatchMode mode, Action<ListenOptions>? listen = null, Action<WebApplication>? app = null) =>
        BareHost.StartAsync(
            transport, options => (options.Dispatch, options.EventLoops, options.StallThreshold) = (mode, 1, TimeSpan.FromSeconds(10)), listen, app);
}
