using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aeronet.AspNetCore.Middleware.Access;

/// <summary>
/// Who may see endpoints that tell of the server. What the caller's conventions say stands; where they say nothing, everybody in Development and
/// authenticated users elsewhere. An application without authorization would fail each request with an exception of routing; here it
/// gets a plain 403, and one line in its log when it starts.
/// </summary>
/// <param name="services">The application's.</param>
/// <param name="closed">Answers 403.</param>
/// <param name="tell">Logs, once, that the endpoints are closed, and what the application lacks.</param>
internal sealed class EndpointAccess(IServiceProvider services, RequestDelegate closed, Action<string> tell)
{
    /// <summary>What the answer says.</summary>
    public const string ClosedText = "Closed: the server's log says why.\n";

    private int _told;

    public void Guard(IEndpointConventionBuilder endpoints)
    {
        // Last of all, so that the caller's conventions, and those of groups around, are known.
        endpoints.Finally(Decide);

        // Endpoints are made when they are first looked at, which would be the first request.
        services.GetService<IHostApplicationLifetime>()?.ApplicationStarted.Register(() => _ = services.GetService<EndpointDataSource>()?.Endpoints);
    }

    private void Decide(EndpointBuilder endpoint)
    {
        var metadata = endpoint.Metadata;
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            return;
        }

        var isDecided = metadata.Any(IsAuthorization);
        if (!isDecided && services.GetService<IWebHostEnvironment>()?.IsDevelopment() == true)
        {
            return;
        }

        var missing = Missing(isDecided);
        if (missing is null)
        {
            if (!isDecided)
            {
                metadata.Add(new AuthorizeAttribute());
            }

            return;
        }

        foreach (var item in metadata.Where(IsAuthorization).ToList())
        {
            metadata.Remove(item);
        }

        endpoint.RequestDelegate = closed;
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            tell(missing);
        }
    }

    private static bool IsAuthorization(object item) =>
        item is IAuthorizeData or AuthorizationPolicy or IAuthorizationRequirementData;

    // A policy of the caller's may do without users.
    private string? Missing(bool isDecided)
    {
        var known = services.GetService<IServiceProviderIsService>();
        return known?.IsService(typeof(IAuthorizationService)) != true ? "AddAuthorization()"
            : !isDecided && known.IsService(typeof(IAuthenticationSchemeProvider)) != true ? "AddAuthentication()"
            : null;
    }
}
