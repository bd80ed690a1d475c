using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Transport.SendFile;

/// <summary>
/// The first middleware of the pipeline, and the only place where the transport knows of requests. Gives HTTP/1 requests
/// the body feature that sends files, refuses those on another host's connection, and names the route that blocked a loop. Says
/// that a request has begun, so that the connection knows what its end cuts short; and while the server drains, that it is the connection's last.
/// </summary>
internal sealed class RequestHook(
    RequestDelegate next,
    AeronetTransportOptions options,
    TransportMetrics metrics,
    StallReporter stalls,
    IDrainNotice drain)
{
    // Kestrel has one object for all requests of a connection, and clears it before it reads the next.
    private static readonly Func<object, bool> s_isOver = static request => string.IsNullOrEmpty(((IHttpRequestFeature)request).RawTarget);

    /// <summary>Whether the request of an HTTP/1 connection has become another protocol, such as WebSocket. Any thread: a moment's answer.</summary>
    internal static bool IsUpgraded(object request) =>
        request is IHttpResponseFeature { StatusCode: StatusCodes.Status101SwitchingProtocols, HasStarted: true };

    internal Task InvokeAsync(HttpContext context)
    {
        // Whatever scheme the request names (KestrelServerOptions.AllowAlternateSchemes): the connection has the guard for its TLS.
        var output = context.Features.Get<IFileRegionOutput>();
        if (GuardOf(context.Features, output) is { } guard && !guard.MayServe(context.Request.Host.Value ?? ""))
        {
            // RFC 9110, section 15.5.20: the client may ask again on a connection of that host's own.
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return Task.CompletedTask;
        }

        if (drain.IsDraining && IsHttp1(context.Request.Protocol))
        {
            // RFC 9112, section 9.6: the client asks its next on another connection, which the balancer gives to another server.
            context.Response.Headers.Connection = "close";
        }

        if (output is not null && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            output.BeginRequest(s_isOver, context.Features.Get<IHttpRequestFeature>()!, BytesToCome(context.Request));
            if (options.ZeroCopyFiles)
            {
                AttachBody(context, output);
            }
        }

        return LoopThread.Current is { IsLeading: true } thread ? InvokeOnLoop(context, thread) : next(context);
    }

    private Task InvokeOnLoop(HttpContext context, LoopThread thread)
    {
        var task = next(context);
        if (!thread.IsLeading)
        {
            stalls.Report(thread, Describe, context);
        }

        return task;
    }

    // A guard is set before a connection's first request or never: the others need not search all features for one that most have not.
    private static IHostGuard? GuardOf(IFeatureCollection features, IFileRegionOutput? output)
    {
        if (output is null)
        {
            return features.Get<IHostGuard>();
        }

        var guard = output.HostGuard ??= features.Get<IHostGuard>() ?? NoHostGuard.Instance;
        return ReferenceEquals(guard, NoHostGuard.Instance) ? null : guard;
    }

    private void AttachBody(HttpContext context, IFileRegionOutput output)
    {
        var kestrel = context.Features.Get<IHttpResponseBodyFeature>();
        if (kestrel is null)
        {
            return;
        }

        var body = output.ResponseBody ??= new ZeroCopyResponseBody(output, metrics);
        body.Attach(context, kestrel);
        context.Features.Set<IHttpResponseBodyFeature>(body);
    }

    /// <summary>The length of the body, where the client says that nothing follows it (RFC 9112, section 9.6); -1 otherwise.</summary>
    private static long BytesToCome(HttpRequest request)
    {
        var connection = request.Headers.Connection;
        var isLast = connection.Count == 0
            ? !HttpProtocol.IsHttp11(request.Protocol)
            : string.Equals(connection, "close", StringComparison.OrdinalIgnoreCase);
        return !isLast || request.Headers.TransferEncoding.Count > 0 ? -1 : request.ContentLength ?? 0;
    }

    private static bool IsHttp1(string protocol) => HttpProtocol.IsHttp11(protocol) || HttpProtocol.IsHttp10(protocol);

    // Escaped: a path may hold line breaks, and this goes to a log.
    private static string Describe(HttpContext context) =>
        context.GetEndpoint()?.DisplayName is { } route
            ? $"Route '{route}'"
            : $"{Uri.EscapeDataString(context.Request.Method)} {context.Request.Path.ToUriComponent()}";
}
