using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>Tells the transport, before any other middleware, that a request has begun well, so that it need not hold its bytes.</summary>
internal sealed class RequestMarkStartupFilter(RejectionReporter reporter) : IStartupFilter
{
    // Kestrel has one object for the requests of a connection, and clears it before it reads the next.
    private static readonly Func<object, bool> IsOver = static request => string.IsNullOrEmpty(((IHttpRequestFeature)request).RawTarget);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => !reporter.IsEnabled ? next : app =>
    {
        app.Use(pipeline => context =>
        {
            Mark(context);
            return pipeline(context);
        });
        next(app);
    };

    private static void Mark(HttpContext context)
    {
        // Streams of HTTP/2 share a connection, whose bytes are frames.
        if (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            context.Features.Get<IHeldInputFeature>()?.Accept(IsOver, context.Features.Get<IHttpRequestFeature>()!);
        }
    }
}
