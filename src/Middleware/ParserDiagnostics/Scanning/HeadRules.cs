namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>How strictly the server reads.</summary>
internal sealed record HeadRules
{
    /// <summary>Bytes of the request line, with its end.</summary>
    public required int MaxRequestLineSize { get; init; }

    /// <summary>Bytes of all field lines, with their ends.</summary>
    public required int MaxFieldsSize { get; init; }

    public required int MaxFieldCount { get; init; }

    /// <summary>Whether LF alone ends a line, as RFC 9112 section 2.2 allows.</summary>
    public bool AllowsLineFeed { get; init; } = true;

    /// <summary>Whether field values must be UTF-8, and not of an encoding that the application chose.</summary>
    public bool ValuesAreUtf8 { get; init; } = true;

    /// <summary>Whether the bytes come by TLS, so that a ClientHello among them is no mistake about the endpoint.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Whether a Host is replaced by the target's authority rather than compared with it.</summary>
    public bool AllowsHostOverride { get; init; }
}
