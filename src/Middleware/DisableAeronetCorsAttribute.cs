namespace Aeronet.AspNetCore.Middleware;

/// <summary>Leaves a handler, a controller, a page or a hub out of CORS, whatever the default policy is.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = true)]
public sealed class DisableAeronetCorsAttribute : Attribute, IAeronetCorsMetadata
{
    string? IAeronetCorsMetadata.PolicyName => null;

    bool IAeronetCorsMetadata.IsDisabled => true;
}
