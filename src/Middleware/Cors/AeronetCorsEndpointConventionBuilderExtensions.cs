using Aeronet.AspNetCore.Middleware;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Gives endpoints and groups of them CORS policies.</summary>
public static class AeronetCorsEndpointConventionBuilderExtensions
{
    /// <summary>Gives endpoints a policy of <see cref="AeronetCorsOptions"/>. Needs <c>UseAeronetCors</c> in the pipeline.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <param name="policyName">The policy's name; <see langword="null"/> for the default one. Unknown names fail the start.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder RequireAeronetCors<TBuilder>(this TBuilder builder, string? policyName = null)
        where TBuilder : IEndpointConventionBuilder
    {
        var metadata = new AeronetCorsAttribute(policyName);
        builder.Add(endpoint => endpoint.Metadata.Add(metadata));
        return builder;
    }

    /// <summary>Leaves endpoints out of CORS, whatever the default policy is.</summary>
    /// <typeparam name="TBuilder">The builder's type.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <returns><paramref name="builder"/>.</returns>
    public static TBuilder DisableAeronetCors<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        var metadata = new DisableAeronetCorsAttribute();
        builder.Add(endpoint => endpoint.Metadata.Add(metadata));
        return builder;
    }
}
