namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>The paths of the probes, as Kubernetes names its own.</summary>
internal static class AeronetHealth
{
    public const string LivePath = "/livez";
    public const string ReadyPath = "/readyz";
    public const string StartupPath = "/startupz";
}
