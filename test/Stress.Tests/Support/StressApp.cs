using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>The handlers that most of the tests use.</summary>
internal static class StressApp
{
    /// <summary>/plain answers "Hello, World!" at once, /block?ms=N sleeps before, /spin?ms=N computes before, /thread tells the thread's name.</summary>
    internal static void Map(WebApplication app)
    {
        app.MapGet("/plain", (RequestDelegate)(static context => WriteAsync(context, "Hello, World!")));
        app.MapGet("/block", (RequestDelegate)(static context =>
        {
            Thread.Sleep(Milliseconds(context));
            return WriteAsync(context, "blocked");
        }));
        app.MapGet("/spin", (RequestDelegate)(static context =>
        {
            var end = Environment.TickCount64 + Milliseconds(context);
            while (Environment.TickCount64 < end)
                Thread.SpinWait(100);

            return WriteAsync(context, "spun");
        }));
        app.MapGet("/thread", (RequestDelegate)(static context =>
        {
            var name = Thread.CurrentThread.Name ?? "";
            if (context.Request.Query.ContainsKey("ms"))
                Thread.Sleep(Milliseconds(context));

            return WriteAsync(context, name);
        }));
    }

    /// <summary>
    /// Makes the kernel hold little of a response (SO_SNDBUF, socket(7)): over loopback it takes megabytes, and the
    /// server's output would never wait for a slow reader.
    /// </summary>
    internal static void UseSmallSendBuffers(ListenOptions listen) => listen.Use(static (connection, next) =>
    {
        connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.SendBufferSize = 8 * 1024;
        return next(connection);
    });

    /// <summary>Answers with a text and its length.</summary>
    internal static Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentLength = text.Length;
        return context.Response.WriteAsync(text);
    }

    internal static void AllowSynchronousIO(HttpContext context) =>
        context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;

    internal static int Milliseconds(HttpContext context) =>
        int.Parse(context.Request.Query["ms"].ToString(), CultureInfo.InvariantCulture);
}
