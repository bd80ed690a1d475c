namespace Aeronet.AspNetCore.Middleware;

/// <summary>What becomes of the reason why a request was refused.</summary>
public enum ParserDiagnosticsMode
{
    /// <summary>Nothing: nobody looks for it.</summary>
    Off,

    /// <summary>It is logged.</summary>
    Log,

    /// <summary>It is logged, and the client is told in the body of the response. In Development alone.</summary>
    LogAndBody,
}
