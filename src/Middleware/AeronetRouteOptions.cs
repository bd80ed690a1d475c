using Aeronet.AspNetCore.StaticFiles;
using Microsoft.Extensions.Configuration;

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

    /// <summary>
    /// The directory whose files are served below the prefix, with the options of <c>Aeronet:StaticFiles</c>. A relative path starts at the
    /// content root.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: no files, unless <see cref="StaticFiles"/> asks for them.</remarks>
    public string? StaticRoot { get; set; }

    /// <summary>
    /// Changes the options of the files below the prefix, which begin with those of <c>Aeronet:StaticFiles</c>. In configuration a section with
    /// the keys of a mount, except <c>RequestPath</c>, which the prefix is.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: no files, unless <see cref="StaticRoot"/> is set.</remarks>
    public Action<AeronetStaticFileOptions>? StaticFiles { get; set; }

    /// <summary>The entry in configuration; null for one of code.</summary>
    internal IConfigurationSection? Section { get; set; }

    /// <summary>Its section of options of files; null if it has none.</summary>
    internal IConfigurationSection? StaticFilesSection => Section?.GetSection(nameof(StaticFiles));

    // Be it empty: it asks for files all the same.
    internal bool HasFiles => StaticRoot is not null || StaticFiles is not null
        || Section?.GetChildren().Any(child => child.Key.Equals(nameof(StaticFiles), StringComparison.OrdinalIgnoreCase)) == true;

    /// <summary>Adds hooks.</summary>
    /// <remarks>Defaults to <see langword="null"/>: none.</remarks>
    public Action<AeronetHookBuilder>? Hooks { get; set; }
}
