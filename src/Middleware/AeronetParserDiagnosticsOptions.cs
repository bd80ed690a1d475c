namespace Aeronet.AspNetCore.Middleware;

/// <summary>How requests are reported that the server refuses while it reads them. Bound from <c>Aeronet:ParserDiagnostics</c>.</summary>
public class AeronetParserDiagnosticsOptions
{
    /// <summary>The configuration section the options are bound from.</summary>
    public const string SectionName = "Aeronet:ParserDiagnostics";

    /// <summary>Whether the reason is logged, and whether the client is told.</summary>
    /// <remarks>
    /// Defaults to <see cref="ParserDiagnosticsMode.Log"/>. <see cref="ParserDiagnosticsMode.LogAndBody"/> fails the start outside
    /// Development.
    /// </remarks>
    public ParserDiagnosticsMode Mode { get; set; } = ParserDiagnosticsMode.Log;

    /// <summary>How many bytes before the place are quoted, escaped.</summary>
    /// <remarks>Defaults to 64; 0 quotes nothing; at most 1024. Queries are quoted without the values of
    /// <see cref="AeronetAccessLogOptions.RedactQuery"/>, and what has not the shape of a head is not quoted.</remarks>
    public int ExcerptLength { get; set; } = 64;

    /// <summary>The fields whose values are never quoted.</summary>
    /// <remarks>Defaults to <c>Authorization</c>, <c>Proxy-Authorization</c>, <c>Cookie</c>, <c>Set-Cookie</c>,
    /// <c>X-Api-Key</c>. Those of configuration take their place.</remarks>
    public IList<string> RedactHeaders { get; set; } = ["Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key"];
}
