namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>
/// Reads a head of HTTP/1 for the second time, after Kestrel has refused it, and finds the first thing that is wrong with it. Where the
/// standard forbids what Kestrel lets pass it looks on, because that was not the reason.
/// </summary>
internal static class HeadScanner
{
    /// <param name="head">The bytes from the first of the request line on.</param>
    /// <param name="rules">How strictly.</param>
    /// <returns>Null where nothing is wrong. A head that ends too soon is a fault with no status code.</returns>
    public static HeadFault? Find(ReadOnlySpan<byte> head, HeadRules rules)
    {
        if (RequestLineScanner.Find(head, rules, out var line) is { } inLine)
        {
            return inLine;
        }

        return FieldLineScanner.Find(head, line.End, rules, out var fields)
            ?? HostScanner.Find(head, line, fields, rules)
            ?? FramingScanner.Find(head, line, fields);
    }
}
