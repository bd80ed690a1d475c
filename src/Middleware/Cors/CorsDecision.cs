namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>
/// What holds for a request, as a feature of it. Not made for each: a policy has one, and the others are shared.
/// </summary>
internal sealed class CorsDecision
{
    /// <summary>The endpoint takes no part in CORS.</summary>
    public static readonly CorsDecision Disabled = new(null);

    /// <summary>Nobody says anything: no CORS here, and whoever comes later may think otherwise.</summary>
    public static readonly CorsDecision Open = new(null);

    private CorsDecision(CorsPolicy? policy) => Policy = policy;

    /// <summary>The policy; null without one.</summary>
    public CorsPolicy? Policy { get; }

    public static CorsDecision For(CorsPolicy policy) => new(policy);
}
