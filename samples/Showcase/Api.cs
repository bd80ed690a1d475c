using Aeronet.AspNetCore.Middleware;

namespace Showcase;

/// <summary>A few endpoints to try things with.</summary>
internal static class Api
{
    public static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api").AddAeronetRequestHook("api-key", RefuseWrongKeysAsync);
        api.MapGet("/hello/{name}", (string name) => new { hello = name });
        api.MapGet("/tls", (HttpContext context) => context.GetTlsInfo() is { } tls
            ? new { version = $"{tls.Version}", cipher = $"{tls.CipherSuite}", tls.Group, tls.ApplicationProtocol, tls.Resumed, tls.Ja4 }
            : null);

        // It holds its event loop for a fifth of a second; the loop goes on without it.
        api.MapGet("/slow", () =>
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(200));
            return "blocked a thread for 200 ms";
        });
        api.MapPost("/orders", (Order order) => Results.Created($"/api/orders/{order.Id}", order)).RequireAeronetCors("partners");
        api.MapGet("/fail", string () => throw new InvalidOperationException("as asked"));
    }

    // A key is not needed; one that is sent has to be right.
    private static ValueTask<AeronetHookResult> RefuseWrongKeysAsync(HttpContext context)
    {
        var key = context.Request.Headers["X-Api-Key"];
        if (key.Count == 0 || key == "open sesame")
        {
            return ValueTask.FromResult(AeronetHookResult.Continue);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return ValueTask.FromResult(AeronetHookResult.ShortCircuit);
    }

    private sealed record Order(int Id, string Item);
}
