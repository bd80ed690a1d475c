using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.BadRequests;

/// <summary>Is told of requests of HTTP/1 that Kestrel refuses while it reads them.</summary>
internal interface IBadRequestListener
{
    /// <summary>Whether it wants to hear.</summary>
    bool IsEnabled { get; }

    /// <summary>Kestrel refuses one and has not answered yet. On the connection's own flow. Must not throw.</summary>
    /// <param name="features">The connection's and the request's.</param>
    void OnBadRequest(IFeatureCollection features);
}
