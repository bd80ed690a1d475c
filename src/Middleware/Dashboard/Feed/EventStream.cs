using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Feed;

/// <summary>
/// Sends frames to viewers as event streams (HTML standard, server-sent events), which browsers open again by themselves when they
/// end.
/// </summary>
internal sealed class EventStream(DashboardFeed feed)
{
    // Then the page comes again, and is authorized again.
    private static readonly TimeSpan LongestStream = TimeSpan.FromMinutes(15);

    // A viewer that takes no frame for so long is cut off.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

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
                context.Response, StatusCodes.Status503ServiceUnavailable, "As many pages are open as may be (Aeronet:Dashboard:MaxViewers).\n");
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
            await SendAsync(context, Preamble, ended.Token);
            for (Frame? frame = null; Stopwatch.GetElapsedTime(started) < LongestStream;)
            {
                frame = await feed.NextAsync(frame, ended.Token);
                await SendAsync(context, frame.Event, ended.Token);
            }

            await SendAsync(context, Again, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The viewer has gone, or the application goes: either is how it ends.
        }
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken ended)
    {
        var sent = context.Response.BodyWriter.WriteAsync(bytes, ended);
        if (sent.IsCompletedSuccessfully)
        {
            return;
        }

        try
        {
            await sent.AsTask().WaitAsync(Patience, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            context.Abort();
        }
    }
}
