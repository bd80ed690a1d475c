using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Feed;

/// <summary>
/// Sends frames to viewers as event streams (HTML standard, server-sent events), which browsers open again by themselves when they
/// end.
/// </summary>
/// <param name="feed">Where frames come from.</param>
/// <param name="patience">A viewer that takes no frame for so long is cut off.</param>
/// <param name="lifetime">How long a stream lasts: then the page comes again, and is authorized again.</param>
internal sealed class EventStream(DashboardFeed feed, TimeSpan patience, TimeSpan lifetime)
{
    // What browsers wait before they come again, in milliseconds.
    private static readonly ReadOnlyMemory<byte> Preamble = "retry: 2000\n\n"u8.ToArray();

    // Without it the page would call the end a disconnection.
    private static readonly ReadOnlyMemory<byte> Again = "event: again\ndata: \n\n"u8.ToArray();

    public async Task WriteAsync(HttpContext context)
    {
        if (!feed.TryJoin())
        {
            context.Response.Headers.RetryAfter = "10";
            await DashboardHeaders.WriteTextAsync(
                context.Response,
                StatusCodes.Status503ServiceUnavailable,
                "As many pages are open as may be (Aeronet:Dashboard:MaxViewers).\n");
            return;
        }

        try
        {
            await StreamAsync(context);
        }
        finally
        {
            feed.Leave();
        }
    }

    private async Task StreamAsync(HttpContext context)
    {
        DashboardHeaders.Set(context.Response, "text/event-stream", DashboardHeaders.NothingPolicy);
        // nginx would gather what is sent.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, feed.Stopping);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var takes = await TrySendAsync(context, Preamble, ended.Token);
            for (Frame? frame = null; takes && Stopwatch.GetElapsedTime(started) < lifetime;)
            {
                frame = await feed.NextAsync(frame, ended.Token);
                takes = await TrySendAsync(context, frame.Event, ended.Token);
            }

            if (takes)
            {
                await TrySendAsync(context, Again, ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The viewer has gone, or the application goes: either is how it ends.
        }
    }

    private async Task<bool> TrySendAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken ended)
    {
        var sending = context.Response.BodyWriter.WriteAsync(bytes, ended);
        try
        {
            var sent = sending.IsCompleted ? await sending : await sending.AsTask().WaitAsync(patience, CancellationToken.None);
            return !sent.IsCompleted;
        }
        catch (TimeoutException)
        {
            context.Abort();
            return false;
        }
    }
}
