using System.Collections.Frozen;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>All policies, as they were at one time.</summary>
internal sealed class CorsPolicySet
{
    // Not a name that configuration can have.
    public const string DefaultName = "(default)";

    private readonly FrozenDictionary<string, CorsPolicy> _named;

    /// <param name="options">Valid ones.</param>
    public CorsPolicySet(AeronetCorsOptions options)
    {
        Default = options.Default is null ? null : new CorsPolicy(DefaultName, options.Default);
        _named = options.Policies.ToFrozenDictionary(
            policy => policy.Key, policy => new CorsPolicy(policy.Key, policy.Value), StringComparer.OrdinalIgnoreCase);
    }

    public CorsPolicy? Default { get; }

    /// <summary>The policy of a name, or the default one; null if there is none.</summary>
    public CorsPolicy? Find(string? name) => name is null or DefaultName ? Default : _named.GetValueOrDefault(name);
}
