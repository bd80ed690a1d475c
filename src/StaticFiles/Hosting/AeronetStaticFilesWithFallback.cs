using Aeronet.AspNetCore.StaticFiles.Hosting;
using Microsoft.AspNetCore.Http;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// What a mount with a fallback document is in a pipeline. Whoever checks the order of pipelines tells it by this type's name: before
/// routing it answers what endpoints are for.
/// </summary>
internal sealed class AeronetStaticFilesWithFallback(Func<RequestDelegate, StaticFileMiddleware> create)
{
    public RequestDelegate Create(RequestDelegate next) => create(next).InvokeAsync;
}
