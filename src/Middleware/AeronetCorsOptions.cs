namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// CORS policies. Bound from the configuration section <c>Aeronet:Cors</c>, then changed in code, then validated when the application
/// starts; read again when configuration changes.
/// </summary>
public sealed class AeronetCorsOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:Cors";

    /// <summary>The policy of whatever names no other one.</summary>
    /// <remarks>Defaults to <see langword="null"/>: what names no policy takes no part in CORS.</remarks>
    public AeronetCorsPolicyOptions? Default { get; set; }

    /// <summary>Policies by name. Names are compared regardless of case.</summary>
    /// <remarks>Defaults to empty.</remarks>
    public IDictionary<string, AeronetCorsPolicyOptions> Policies { get; set; } =
        new Dictionary<string, AeronetCorsPolicyOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a refused preflight says why, in a field <c>X-Aeronet-Cors</c> of the response.</summary>
    /// <remarks>Defaults to <see langword="null"/>: in the Development environment only. The Debug log always says it.</remarks>
    public bool? ExplainFailures { get; set; }
}
