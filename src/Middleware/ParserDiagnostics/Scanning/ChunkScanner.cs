namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>Finds what is wrong in the framing of a chunked body (RFC 9112 section 7.1), from where the server stopped.</summary>
internal static class ChunkScanner
{
    /// <summary>What the server has consumed when it refuses an extension: the byte where its end should be, and the next.</summary>
    public const int ConsumedOfExtension = 2;

    // "7FFFFFFF" is the largest chunk Kestrel takes.
    private const int MaxSizeDigits = 8;

    /// <summary>The end of an extension, which the server has consumed.</summary>
    public static HeadFault Extension => new(RequestFault.ChunkExtensionInvalid, 0, "CR LF at the end of the chunk extension");

    /// <summary>What follows a chunk's data.</summary>
    public static HeadFault AfterData => new(RequestFault.ChunkEndInvalid, 0, "CR LF after the chunk's data");

    /// <summary>Finds where a chunk's size is wrong.</summary>
    /// <param name="bytes">What begins with the size.</param>
    public static HeadFault FindInSize(ReadOnlySpan<byte> bytes)
    {
        var digits = 0;
        while (digits < bytes.Length && digits < MaxSizeDigits && char.IsAsciiHexDigit((char)bytes[digits]))
        {
            digits++;
        }

        var expected = digits == 0 ? "a chunk size in hexadecimal digits" : "CR LF or ';' after a chunk size of at most 8 digits";
        return new HeadFault(RequestFault.ChunkSizeInvalid, digits, expected);
    }
}
