using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>Begins an entry for each request; the server ends it when the response has left.</summary>
internal sealed class AccessLogMiddleware(RequestDelegate next, AccessLogWriter log)
{
    private static readonly Func<object, Task> Complete = state =>
    {
        var entry = (AccessLogEntry)state;
        return entry.Log.CompleteAsync(entry);
    };

    private static readonly Func<object, Task> Start = state =>
    {
        ((AccessLogEntry)state).OnResponseStarting();
        return Task.CompletedTask;
    };

    public Task InvokeAsync(HttpContext context)
    {
        // Not for a second one, in a branch, which would write a second line.
        if (context.Features.Get<IHttpResponseBodyFeature>() is not { } body || log.TryBegin(context) is not { } entry)
        {
            return next(context);
        }

        entry.Begin(context, body, log.CountsRequests);
        context.Response.OnCompleted(Complete, entry);
        if (context.Response.HasStarted)
        {
            entry.OnResponseStarting();
        }
        else
        {
            context.Response.OnStarting(Start, entry);
        }

        try
        {
            return entry.Application = next(context);
        }
        catch
        {
            entry.Application = AccessLogEntry.Thrown;
            throw;
        }
    }
}
