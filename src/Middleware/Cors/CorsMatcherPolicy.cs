using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>
/// Makes routing select, for a preflight, the endpoint of the method that it asks about, so that the endpoint's policy is known; routing
/// does so by itself only for the framework's own CORS metadata.
/// </summary>
internal sealed class CorsMatcherPolicy : MatcherPolicy, INodeBuilderPolicy
{
    // Before the policy that reads what this one sets.
    public override int Order => int.MinValue;

    /// <summary>Called with all endpoints whenever routing builds its tables.</summary>
    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<IAeronetCorsMetadata>() is not null
                && endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is HttpMethodMetadata { AcceptCorsPreflight: false } methods)
            {
                methods.AcceptCorsPreflight = true;
            }
        }

        return false;
    }

    public IReadOnlyList<PolicyNodeEdge> GetEdges(IReadOnlyList<Endpoint> endpoints) => throw new NotSupportedException();

    public PolicyJumpTable BuildJumpTable(int exitDestination, IReadOnlyList<PolicyJumpTableEdge> edges) =>
        throw new NotSupportedException();
}
