using System.Text;
using Grpc.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Http2;

/// <summary>A gRPC service of texts, described by hand instead of by generated code.</summary>
[BindServiceMethod(typeof(EchoService), nameof(BindService))]
public class EchoService
{
    public static readonly Method<string, string> UnaryMethod = Describe(MethodType.Unary, nameof(Unary));
    public static readonly Method<string, string> ServerStreamMethod = Describe(MethodType.ServerStreaming, nameof(ServerStream));
    public static readonly Method<string, string> ClientStreamMethod = Describe(MethodType.ClientStreaming, nameof(ClientStream));
    public static readonly Method<string, string> DuplexMethod = Describe(MethodType.DuplexStreaming, nameof(Duplex));

    public static void BindService(ServiceBinderBase binder, EchoService? service)
    {
        // Called with no service to learn the methods; the handlers are then found by name.
        binder.AddMethod(UnaryMethod, service is null ? null! : service.Unary);
        binder.AddMethod(ServerStreamMethod, service is null ? null! : service.ServerStream);
        binder.AddMethod(ClientStreamMethod, service is null ? null! : service.ClientStream);
        binder.AddMethod(DuplexMethod, service is null ? null! : service.Duplex);
    }

    public virtual Task<string> Unary(string request, ServerCallContext context)
        => request == "fail"
            ? throw new RpcException(new Status(StatusCode.FailedPrecondition, "meant"))
            : Task.FromResult(request);

    public virtual async Task ServerStream(string request, IServerStreamWriter<string> responses, ServerCallContext context)
    {
        for (var i = 0; i < 100; i++)
            await responses.WriteAsync($"{request} {i}");
    }

    public virtual async Task<string> ClientStream(IAsyncStreamReader<string> requests, ServerCallContext context)
    {
        var all = new StringBuilder();
        while (await requests.MoveNext(context.CancellationToken))
            all.Append(requests.Current);

        return all.ToString();
    }

    public virtual async Task Duplex(IAsyncStreamReader<string> requests, IServerStreamWriter<string> responses, ServerCallContext context)
    {
        while (await requests.MoveNext(context.CancellationToken))
            await responses.WriteAsync(requests.Current);
    }

    private static Method<string, string> Describe(MethodType type, string name)
    {
        var text = Marshallers.Create(Encoding.UTF8.GetBytes, Encoding.UTF8.GetString);
        return new Method<string, string>(type, "aeronet.Echo", name, text, text);
    }
}
