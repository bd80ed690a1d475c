namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>What an orchestrator asks.</summary>
internal enum Probe
{
    /// <summary>Whether the process is to be restarted.</summary>
    Live,

    /// <summary>Whether it is to be given requests.</summary>
    Ready,

    /// <summary>Whether it has started.</summary>
    Startup,
}
