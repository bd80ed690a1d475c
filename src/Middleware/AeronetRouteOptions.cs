namespace Aeronet.AspNetCore.Middleware;

/// <summary>What a path prefix has of its own. One entry of the configuration section <c>Aeronet:Routes</c>, or made in code.</summary>
public sealed class AeronetRouteOptions
{
    /// <summary>The configuration section, an array of these options.</summary>
    public const string SectionName = "Aeronet:Routes";

    /// <summary>The prefix, such as <c>/files</c>; <c>/</c> is every path.</summary>
    /// <remarks>Needed.</remarks>
    public string Prefix { get; set; } = "";

    /// <summary>Whether requests are in the access log. Needs <c>services.AddAeronetAccessLog()</c>. No request is in it twice.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool AccessLog { get; set; }

    /// <summary>
    /// The CORS policy, in place of the default one. Needs <c>services.AddAeronetCors()</c>. An endpoint that names a policy keeps it; of
    /// several prefixes the longest decides.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: no CORS of its own.</remarks>
    public string? Cors { get; set; }

    /// <summary>The directory whose files are served below the prefix. A relative path starts at the content root.</summary>
    /// <remarks>Defaults to <see langword="null"/>: no files.</remarks>
    public string? StaticRoot { get; set; }

    /// <summary>Adds hooks.</summary>
    /// <remarks>Defaults to <see langword="null"/>: none.</remarks>
    public Action<AeronetHookBuilder>? Hooks { get; set; }
}
