namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// The <c>Strict-Transport-Security</c> field (RFC 6797) of https responses: browsers that saw it use https only, for every
/// port of the host. Never sent over http, and never for an IP address or <c>localhost</c>.
/// </summary>
public sealed class AeronetHstsOptions
{
    /// <summary>
    /// How long browsers remember it, in whole seconds; zero makes them forget (RFC 6797 section 6.1.1). At most 3650 days.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: the field is not sent.</remarks>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>Whether it holds for all names below the host as well.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool IncludeSubDomains { get; set; }

    /// <summary>
    /// Whether the host may be put into the list that browsers ship with (https://hstspreload.org). Needs a
    /// <see cref="MaxAge"/> of a year and <see cref="IncludeSubDomains"/>.
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>. Leaving the list takes months.</remarks>
    public bool Preload { get; set; }
}
