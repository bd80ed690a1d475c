using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Pipeline;

/// <summary>
/// Tells the first run of a request through the pipeline from the one for its error page (<c>UseExceptionHandler</c>,
/// <c>UseStatusCodePagesWithReExecute</c>), which has the page's path and endpoint.
/// </summary>
internal static class Reexecution
{
    /// <summary>Whether this run is for an error page.</summary>
    public static bool Is(HttpContext context) => TryGetFirst(context, out _, out _);

    /// <summary>False on the first run.</summary>
    /// <param name="context">The request.</param>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="endpoint">The endpoint of that; null if there was none, or routing had not looked yet.</param>
    public static bool TryGetFirst(HttpContext context, out PathString path, out Endpoint? endpoint)
    {
        var status = context.Features.Get<IStatusCodeReExecuteFeature>();

        // A page for a status may itself fail: then it is the page that the exception tells of.
        if (context.Features.Get<IExceptionHandlerFeature>() is { } exception
            && (status is null || string.Equals(status.OriginalPath, exception.Path, StringComparison.Ordinal)))
        {
            (path, endpoint) = (new PathString(exception.Path), exception.Endpoint);
            return true;
        }

        if (status is not null)
        {
            (path, endpoint) = (new PathString(status.OriginalPath), status.Endpoint);
            return true;
        }

        (path, endpoint) = (default, null);
        return false;
    }
}
