namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>The table: one request for everything that Kestrel refuses in HTTP/1.</summary>
internal static class MalformedRequests
{
    /// <summary>The limits of the site they are sent to.</summary>
    public const int MaxRequestLineSize = 128;

    public const int MaxFieldsSize = 256;

    public const int MaxFieldCount = 4;

    public static IReadOnlyList<MalformedRequest> All { get; } = [.. RequestLines(), .. Targets(), .. FieldLines(), .. Hosts(), .. Framing(), .. Bodies(), .. Ends()];

    private static IEnumerable<MalformedRequest> RequestLines() =>
    [
        new("space before the method", "▶ GET / HTTP/1.1\r\nHost: a\r\n\r\n", "MethodMissing", "a method"),
        new("control character in the method", "GE▶\u0001T / HTTP/1.1\r\nHost: a\r\n\r\n", "MethodInvalid", "in the method"),
        new("separator in the method", "GET▶(x) / HTTP/1.1\r\nHost: a\r\n\r\n", "MethodInvalid", "in the method"),
        new("tab after the method", "GET▶\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "MethodInvalid", "then a space"),
        new("NUL in the method", "GE▶\0T / HTTP/1.1\r\nHost: a\r\n\r\n", "MethodInvalid", "in the method"),
        new("byte order mark", "▶\u00ef\u00bb\u00bfGET / HTTP/1.1\r\nHost: a\r\n\r\n", "MethodInvalid", "in the method"),
        new("what begins like a ClientHello", "▶\u0016GET / HTTP/1.1\r\nHost: a\r\n\r\n", "MethodInvalid", "in the method"),
        new("method alone", "GET▶\r\nHost: a\r\n\r\n", "TargetMissing", "a space and a target"),
        new("no target", "GET ▶\r\nHost: a\r\n\r\n", "TargetMissing", "a target"),
        new("two spaces after the method", "GET ▶ / HTTP/1.1\r\nHost: a\r\n\r\n", "TargetMissing", "one space"),
        new("HTTP/0.9", "GET /▶\r\n", "VersionMissing", "HTTP/1.1"),
        new("HTTP/0.9 by LF", "GET /index.html▶\n", "VersionMissing", "HTTP/1.1"),
        new("space and no version", "GET / ▶\r\nHost: a\r\n\r\n", "VersionMissing", "HTTP/1.1"),
        new("version of another protocol", "GET / ▶ICAP/1.0\r\nHost: a\r\n\r\n", "VersionUnsupported", "HTTP/1.1", 505),
        new("word for a version", "GET / ▶now\r\nHost: a\r\n\r\n", "VersionInvalid", "HTTP/1.1"),
        new("version in small letters", "GET / ▶http/1.1\r\nHost: a\r\n\r\n", "VersionUnsupported", "HTTP/1.1", 505),
        new("short version", "GET / HTTP/1▶\r\nHost: a\r\n\r\n", "VersionInvalid", "HTTP/1.1"),
        new("HTTP/1.2", "GET / HTTP/1.▶2\r\nHost: a\r\n\r\n", "VersionUnsupported", "HTTP/1.1", 505),
        new("HTTP/3.0", "GET / HTTP/▶3.0\r\nHost: a\r\n\r\n", "VersionUnsupported", "HTTP/1.1", 505),
        new("space after the version", "GET / HTTP/1.1▶ \r\nHost: a\r\n\r\n", "LineEndInvalid", "CR LF"),
        new("CR twice", "GET / HTTP/1.1▶\r\r\nHost: a\r\n\r\n", "LineEndInvalid", "CR LF"),
        new("space in the target", "GET /a ▶b HTTP/1.1\r\nHost: a\r\n\r\n", "VersionInvalid", "%20"),
        new("request line too long", $"GET /{new string('a', MaxRequestLineSize - 5)}▶{new string('a', 40)} HTTP/1.1\r\nHost: a\r\n\r\n", "RequestLineTooLong", "128 bytes", 414),
        new("empty lines, then no method", "\r\n\r\n▶ / HTTP/1.1\r\nHost: a\r\n\r\n", "MethodMissing", "a method"),
    ];

    private static IEnumerable<MalformedRequest> Targets() =>
    [
        new("target of a query alone", "GET ▶?q HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "begins with '/'"),
        new("target that begins with a percent sign", "GET ▶%2Fa HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "begins with '/'"),
        new("target without slash", "GET index▶/a HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "begins with '/'"),
        new("NUL in the path", "GET /a▶\0b HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "no NUL"),
        new("%00 in the path", "GET /a▶%00b HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "no %00"),
        new("%00 after what is decoded in place", "GET /%2500%20x▶%00 HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "no %00"),
        new("UTF-8 in the path", "GET /caf▶\u00c3\u00a9 HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "ASCII"),
        new("Latin-1 in the query", "GET /?q=▶\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "ASCII"),
        new("absolute form without authority", "GET http://▶:/ HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "host"),
        new("absolute form with a bad port", "GET http://▶a:99999/ HTTP/1.1\r\nHost: a:99999\r\n\r\n", "TargetInvalid", "host"),
        new("asterisk for GET", "GET ▶* HTTP/1.1\r\nHost: a\r\n\r\n", "MethodNotAllowed", "OPTIONS", 405),
        new("authority for GET", "GET ▶example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n", "MethodNotAllowed", "CONNECT", 405),
        new("CONNECT with a bad authority", "CONNECT example.com▶/ HTTP/1.1\r\nHost: a\r\n\r\n", "TargetInvalid", "host:port"),
    ];

    private static IEnumerable<MalformedRequest> FieldLines() =>
    [
        new("empty field name", "GET / HTTP/1.1\r\nHost: a\r\n▶: b\r\n\r\n", "NameMissing", "a field name"),
        new("space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX-Name▶ : b\r\n\r\n", "SpaceBeforeColon", "right after"),
        new("tab before the colon", "GET / HTTP/1.1\r\nHost▶\t: a\r\n\r\n", "SpaceBeforeColon", "right after"),
        new("space in the field name", "GET / HTTP/1.1\r\nHost: a\r\nX▶ Name: b\r\n\r\n", "NameInvalid", "no white space"),
        new("no colon", "GET / HTTP/1.1\r\nHost: a\r\nX-Name▶\r\n\r\n", "ColonMissing", "':'"),
        new("obs-fold", "GET / HTTP/1.1\r\nHost: a\r\nX-Name: b\r\n▶ c: d\r\n\r\n", "FoldedLine", "one line"),
        new("first field line folded", "GET / HTTP/1.1\r\n▶\tHost: a\r\n\r\n", "FoldedLine", "one line"),
        new("NUL in a field name", "GET / HTTP/1.1\r\nHost: a\r\nX-▶\0Name: b\r\n\r\n", "NameInvalid", "NUL"),
        new("UTF-8 in a field name", "GET / HTTP/1.1\r\nHost: a\r\nX-▶\u00c3\u00a9: b\r\n\r\n", "NameInvalid", "ASCII"),
        new("NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX-Name: b▶\0c\r\n\r\n", "ValueInvalid", "NUL"),
        new("Latin-1 in a value", "GET / HTTP/1.1\r\nHost: a\r\nX-Name: caf▶\u00e9 b\r\n\r\n", "ValueInvalid", "UTF-8"),
        new("bare CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX-Name: b▶\rc\r\n\r\n", "BareCarriageReturn", "before LF"),
        new("bare CR in a field name", "GET / HTTP/1.1\r\nHost: a\r\nX▶\rName: b\r\n\r\n", "BareCarriageReturn", "before LF"),
        new("CR without LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n▶\rX", "BareCarriageReturn", "before LF"),
        new("too many fields", $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(1, MaxFieldCount - 1).Select(i => $"X-{i}: b\r\n"))}▶X-N: b\r\n\r\n", "TooManyFields", "4 fields", 431),
        new("fields too large", Oversize(), "HeadTooLarge", "256 bytes", 431),
    ];

    private static IEnumerable<MalformedRequest> Hosts() =>
    [
        new("no Host", "GET / HTTP/1.1\r\nAccept: */*\r\n▶\r\n", "HostMissing", "a Host field"),
        new("two Host", "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n▶Host: a\r\n\r\n", "HostRepeated", "one Host"),
        new("list in Host", "GET / HTTP/1.1\r\nHost: a▶,b\r\n\r\n", "HostInvalid", "a host"),
        new("Host with a path", "GET / HTTP/1.1\r\nHost: a▶/b\r\n\r\n", "HostInvalid", "a host"),
        new("Host without name", "GET / HTTP/1.1\r\nHost: ▶:80\r\n\r\n", "HostInvalid", "a host"),
        new("Host with letters for a port", "GET / HTTP/1.1\r\nHost: a:8▶x\r\n\r\n", "HostInvalid", "a port"),
        new("Host without the port it announces", "GET / HTTP/1.1\r\nHost: a:▶\r\n\r\n", "HostInvalid", "a port"),
        new("Host of an open bracket", "GET / HTTP/1.1\r\nHost: [::1▶\r\n\r\n", "HostInvalid", "a host"),
        new("Host of a bracket that holds no address", "GET / HTTP/1.1\r\nHost: [▶x]\r\n\r\n", "HostInvalid", "a host"),
        new("Host of letters beyond ASCII", "GET / HTTP/1.1\r\nHost: a▶\u00c3\u00a9\r\n\r\n", "HostInvalid", "a host"),
        new("Host other than the absolute form's", "GET http://a/ HTTP/1.1\r\nHost: ▶b\r\n\r\n", "HostInvalid", "of the target"),
        new("Host other than CONNECT's", "CONNECT a:443 HTTP/1.1\r\nHost: ▶a\r\n\r\n", "HostInvalid", "of the target"),
    ];

    private static IEnumerable<MalformedRequest> Framing() =>
    [
        new("two Content-Length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n▶content-length: 1\r\n\r\nx", "ContentLengthRepeated", "one Content-Length"),
        new("letters for Content-Length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1▶x\r\n\r\n", "ContentLengthInvalid", "digits"),
        new("negative Content-Length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ▶-1\r\n\r\n", "ContentLengthInvalid", "digits"),
        new("list in Content-Length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5▶, 5\r\n\r\n", "ContentLengthInvalid", "digits"),
        new("empty Content-Length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:▶\r\n\r\n", "ContentLengthInvalid", "digits"),
        new("Content-Length of 2^63", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ▶9223372036854775808\r\n\r\n", "ContentLengthInvalid", "9223372036854775807"),
        new("last transfer coding not chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, ▶gzip\r\n\r\n", "TransferCodingInvalid", "chunked"),
        new("no transfer coding that is known", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ▶identity\r\n\r\n", "TransferCodingInvalid", "chunked"),
        new("unknown coding beside Content-Length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: ▶xchunked\r\n\r\n", "TransferCodingInvalid", "chunked"),
        new("HTTP/1.0 body without length", "POST / HTTP/1.0\r\nHost: a\r\n▶\r\n", "LengthRequired", "Content-Length"),
    ];

    private static IEnumerable<MalformedRequest> Bodies()
    {
        const string head = "POST /%20 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        return
        [
            new("chunk size of letters", $"{head}▶xyz\r\n", "ChunkSizeInvalid", "hexadecimal") { IsInBody = true },
            new("chunk size with a sign", $"{head}3\r\nabc\r\n▶-1\r\n", "ChunkSizeInvalid", "hexadecimal") { IsInBody = true },
            new("space after a chunk size", $"{head}3▶ \r\nabc\r\n", "ChunkSizeInvalid", "CR LF") { IsInBody = true },
            new("LF alone after a chunk size", $"{head}3▶\nabc\r\n", "ChunkSizeInvalid", "CR LF") { IsInBody = true },
            new("LF alone after a chunk extension", $"{head}3;a=b▶\nabc\r\n", "ChunkExtensionInvalid", "CR LF") { IsInBody = true },
            new("CR alone after a chunk extension", $"{head}3;a▶\rabc\r\n", "ChunkExtensionInvalid", "CR LF") { IsInBody = true },
            new("chunk longer than its size", $"{head}3\r\nabc▶d\r\n", "ChunkEndInvalid", "CR LF") { IsInBody = true },
            new("space before a trailer's colon", $"{head}3\r\nabc\r\n0\r\nX-Name▶ : b\r\n\r\n", "SpaceBeforeColon", "right after") { IsInBody = true },
        ];
    }

    private static IEnumerable<MalformedRequest> Ends() =>
    [
        new("end in the request line", "GET /a▶", "HeadIncomplete", "rest of the request line") { Ends = true },
        new("end in the fields", "GET / HTTP/1.1\r\nHost: a\r\nX-Na▶", "HeadIncomplete", "rest of the head") { Ends = true },
    ];

    private static string Oversize()
    {
        const string line = "GET / HTTP/1.1\r\n";
        var text = $"{line}Host: a\r\nX: {new string('x', MaxFieldsSize)}";

        // The line that ends them is allowed on top.
        return text.Insert(line.Length + MaxFieldsSize + 2, "▶") + "xxxx\r\n\r\n";
    }
}
