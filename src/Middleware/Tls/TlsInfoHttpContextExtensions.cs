using Aeronet.AspNetCore.Middleware;
using Aeronet.AspNetCore.Middleware.Tls;

namespace Microsoft.AspNetCore.Http;

/// <summary>Tells of the TLS under a request.</summary>
public static class TlsInfoHttpContextExtensions
{
    /// <summary>The TLS under the request; null if there is none, or a proxy ended it. Allocates nothing.</summary>
    /// <param name="context">The request.</param>
    public static TlsInfo? GetTlsInfo(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return TlsFacts.Read(context.Features);
    }
}
