namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>What the field lines of a head say about its host and its body.</summary>
internal struct FieldLines
{
    /// <summary>Where the line begins that ends them.</summary>
    public int End { get; set; }

    public int HostCount { get; set; }

    public Range Host { get; set; }

    /// <summary>Where the line of the second Host begins.</summary>
    public int SecondHost { get; set; }

    public bool HasContentLength { get; set; }

    /// <summary>Where the last Transfer-Encoding's value is.</summary>
    public Range? TransferCodings { get; set; }
}
