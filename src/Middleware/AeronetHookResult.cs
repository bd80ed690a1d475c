namespace Aeronet.AspNetCore.Middleware;

/// <summary>What follows a request hook.</summary>
public enum AeronetHookResult
{
    /// <summary>The next hook, and at last the application.</summary>
    Continue,

    /// <summary>Nothing: the hook has answered. Response hooks run all the same.</summary>
    ShortCircuit,
}
