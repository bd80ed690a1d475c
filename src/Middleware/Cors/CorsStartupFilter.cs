using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>
/// Looks at the endpoints after the pipeline was built and before the server listens: each must name a policy that exists, and have
/// the middleware before it.
/// </summary>
internal sealed class CorsStartupFilter(CorsPolicyStore store) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        store.NotePipelineBuilt();
        next(app);
        foreach (var endpoint in app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [])
        {
            Check(endpoint);
        }
    };

    private void Check(Endpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAeronetCorsMetadata>() is not { IsDisabled: false } metadata)
        {
            return;
        }

        if (!store.IsUsed)
        {
            throw new InvalidOperationException(
                $"The endpoint '{endpoint.DisplayName}' has a CORS policy and the pipeline no CORS: call app.UseAeronetCors().");
        }

        if (store.RoutingCameLater)
        {
            throw new InvalidOperationException(
                $"The endpoint '{endpoint.DisplayName}' has a CORS policy and is not known when it is needed: "
                    + "call app.UseAeronetCors() after app.UseRouting().");
        }

        store.Require(metadata.PolicyName, $"the endpoint '{endpoint.DisplayName}'");
    }
}
