namespace Aeronet.AspNetCore.Middleware;

/// <summary>
/// Options of the health checks. Bound from the configuration section <c>Aeronet:Health</c>, then changed in code, then validated when the
/// application starts.
/// </summary>
public sealed class AeronetHealthOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:Health";

    /// <summary>
    /// A port of its own for the probes, which answers <c>/livez</c>, <c>/readyz</c> and <c>/startupz</c> from a thread of its own, in plain HTTP/1, also
    /// while every event loop and the thread pool are blocked; 1 to 65535, 0 for none.
    /// </summary>
    /// <remarks>Defaults to 0.</remarks>
    public int Port { get; set; }

    /// <summary>Whether <see cref="Port"/> is open on all addresses of the machine, as probes of Kubernetes need it, and not on loopback alone.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool AnyAddress { get; set; }

    /// <summary>
    /// How long an event loop may make no progress while somebody waits for it before the server counts as dead; 1 second to 1 hour.
    /// </summary>
    /// <remarks>Defaults to 30 s.</remarks>
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long before it ends a certificate makes the server degraded; 0 to 365 days.</summary>
    /// <remarks>Defaults to 14 days.</remarks>
    public TimeSpan CertificateWarning { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Whether answers are JSON with every check, and not one word: for eyes, and not for the Internet.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool Details { get; set; }
}
