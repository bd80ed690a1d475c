using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Functional.Tests.Http2;

public sealed class GrpcTests
{
    private static CallOptions Options => new(deadline: DateTime.UtcNow + TaskTimeoutExtensions.DefaultTimeout);

    [Theory, BothTransports]
    public async Task Unary_ManyAtOnce_Answered(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var channel = CreateChannel(host);
        var invoker = channel.CreateCallInvoker();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200)
            .Select(i => invoker.AsyncUnaryCall(EchoService.UnaryMethod, null, Options, $"call {i}").ResponseAsync));

        for (var i = 0; i < answers.Length; i++)
            Assert.Equal($"call {i}", answers[i]);
    }

    [Theory, BothTransports]
    public async Task Unary_LargeMessage_Answered(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var channel = CreateChannel(host);
        var message = new string('x', 3_000_000);

        var answer = await channel.CreateCallInvoker().AsyncUnaryCall(EchoService.UnaryMethod, null, Options, message);

        Assert.Equal(message, answer);
    }

    [Theory, BothTransports]
    public async Task Unary_ServerFails_StatusArrivesInTheTrailers(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var channel = CreateChannel(host);

        var error = await Assert.ThrowsAsync<RpcException>(
            async () => await channel.CreateCallInvoker().AsyncUnaryCall(EchoService.UnaryMethod, null, Options, "fail"));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal("meant", error.Status.Detail);
    }

    [Theory, BothTransports]
    public async Task ServerStream_EveryMessageInOrder(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var channel = CreateChannel(host);

        using var call = channel.CreateCallInvoker().AsyncServerStreamingCall(EchoService.ServerStreamMethod, null, Options, "item");
        var expected = 0;
        await foreach (var message in call.ResponseStream.ReadAllAsync())
            Assert.Equal($"item {expected++}", message);

        Assert.Equal(100, expected);
    }

    [Theory, BothTransports]
    public async Task ClientStream_EveryMessageInOrder(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var channel = CreateChannel(host);

        using var call = channel.CreateCallInvoker().AsyncClientStreamingCall(EchoService.ClientStreamMethod, null, Options);
        for (var i = 0; i < 100; i++)
            await call.RequestStream.WriteAsync($"{i},");

        await call.RequestStream.CompleteAsync();

        Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(i => $"{i},")), await call.ResponseAsync);
    }

    [Theory, BothTransports]
    public async Task Duplex_PingPong_EachAnswerBeforeTheNextMessage(TransportKind transport)
    {
        await using var host = await StartAsync(transport);
        using var channel = CreateChannel(host);

        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(EchoService.DuplexMethod, null, Options);
        for (var i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync($"ball {i}");
            Assert.True(await call.ResponseStream.MoveNext(default));
            Assert.Equal($"ball {i}", call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(default));
    }

    private static Task<KestrelHost> StartAsync(TransportKind transport)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Listen = listen => listen.Protocols = HttpProtocols.Http2,
            Builder = builder => builder.Services.AddGrpc(),
            App = app => app.MapGrpcService<EchoService>(),
        });

    private static GrpcChannel CreateChannel(KestrelHost host)
        => GrpcChannel.ForAddress($"http://127.0.0.1:{host.Port}", new GrpcChannelOptions
        {
            HttpHandler = KestrelHost.CreateHttpHandler(),
            DisposeHttpClient = true,
        });
}
