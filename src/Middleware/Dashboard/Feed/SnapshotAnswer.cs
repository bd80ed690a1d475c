using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Feed;

/// <summary>Answers with the newest figures as JSON.</summary>
internal sealed class SnapshotAnswer(DashboardFeed feed)
{
    public async Task WriteAsync(HttpContext context)
    {
        var json = feed.Current().Json;
        DashboardHeaders.Set(context.Response, "application/json", DashboardHeaders.NothingPolicy);
        context.Response.ContentLength = json.Length;
        await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted);
    }
}
