namespace Aeronet.AspNetCore.Middleware;

/// <summary>Gives a handler, a controller, a page or a hub a CORS policy of <see cref="AeronetCorsOptions"/>.</summary>
/// <param name="policyName">The policy's name; <see langword="null"/> for the default one.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = true)]
public sealed class AeronetCorsAttribute(string? policyName = null) : Attribute, IAeronetCorsMetadata
{
    /// <inheritdoc/>
    public string? PolicyName => policyName;

    bool IAeronetCorsMetadata.IsDisabled => false;
}
