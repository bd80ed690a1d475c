using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace BenchServer;

/// <summary>What the bench server answers, the same code on both transports.</summary>
internal static class Endpoints
{
    private static readonly byte[] s_plaintext = "Hello, World!"u8.ToArray();

    /// <summary>The measured endpoints, before anything else in the pipeline; other paths go on to <paramref name="next"/>.</summary>
    public static Task Answer(HttpContext context, RequestDelegate next) => context.Request.Path.Value switch
    {
        "/plaintext" => Plaintext(context.Response),
        "/allocated" => Allocated(context.Response),
        "/json" => Json(context.Response),
        "/block" => Block(context),
        "/async" => Async(context),
        "/echo" => Echo(context),
        _ => next(context),
    };

    /// <summary>What is answered last.</summary>
    public static Task AnswerWebSocket(HttpContext context, RequestDelegate next) =>
        context.Request.Path.Value == "/ws" && context.WebSockets.IsWebSocketRequest ? EchoWebSocket(context) : next(context);

    private static Task Plaintext(HttpResponse response)
    {
        response.ContentType = "text/plain";
        return Send(response, s_plaintext);
    }

    // Bytes that the process has allocated since it started.
    private static Task Allocated(HttpResponse response)
    {
        response.ContentType = "text/plain";
        return Send(response, Encoding.ASCII.GetBytes(GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture)));
    }

    private static Task Json(HttpResponse response)
    {
        response.ContentType = "application/json";
        return Send(response, JsonSerializer.SerializeToUtf8Bytes(new Message("Hello, World!"), MessageContext.Default.Message));
    }

    private static Task Block(HttpContext context)
    {
        if (!TryGetMilliseconds(context, out var milliseconds))
        {
            return Task.CompletedTask;
        }

        Thread.Sleep(milliseconds);
        return Plaintext(context.Response);
    }

    private static async Task Async(HttpContext context)
    {
        if (TryGetMilliseconds(context, out var milliseconds))
        {
            await Task.Delay(milliseconds);
            await Plaintext(context.Response);
        }
    }

    private static Task Echo(HttpContext context)
    {
        context.Response.ContentType = context.Request.ContentType;
        context.Response.ContentLength = context.Request.ContentLength;
        return context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter);
    }

    private static async Task EchoWebSocket(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(socket.CloseStatus ?? WebSocketCloseStatus.Empty, socket.CloseStatusDescription, context.RequestAborted);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }

    private static Task Send(HttpResponse response, byte[] body)
    {
        response.ContentLength = body.Length;
        var flush = response.BodyWriter.WriteAsync(body);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }

    private static bool TryGetMilliseconds(HttpContext context, out int milliseconds)
    {
        if (int.TryParse(context.Request.Query["ms"], NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds))
        {
            return true;
        }

        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return false;
    }
}
