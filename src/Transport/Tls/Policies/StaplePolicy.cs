namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>How the certificates of a host are stapled: its own options, and where they are silent the endpoint's.</summary>
/// <param name="host">The host's.</param>
/// <param name="endpoint">The endpoint's.</param>
/// <param name="owner">Of the two the one whose certificates are served.</param>
internal sealed class StaplePolicy(OcspStaplingOptions host, OcspStaplingOptions endpoint, OcspStaplingOptions owner)
{
    internal bool Enabled { get; } = host.Enabled ?? endpoint.Enabled ?? true;

    /// <summary>Who is asked; null for whom the certificate names.</summary>
    internal string? Responder { get; } = host.Responder ?? endpoint.Responder;

    /// <summary>Where responses come from instead; empty for the network.</summary>
    internal string[] Files { get; } = host.ResponseFiles.Count > 0 ? [.. host.ResponseFiles] : [.. owner.ResponseFiles];

    /// <summary>Null for what the environment says.</summary>
    internal string? CacheDirectory { get; } = host.CacheDirectory ?? endpoint.CacheDirectory;

    internal TimeSpan Timeout { get; } = host.Timeout ?? endpoint.Timeout ?? TimeSpan.FromSeconds(10);

    internal TimeSpan StartupWait { get; } = host.StartupWait ?? endpoint.StartupWait ?? TimeSpan.FromSeconds(5);
}
