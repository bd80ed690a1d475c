namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics.Scanning;

/// <summary>Finds where bytes stop being the connection preface of HTTP/2 (RFC 9113 section 3.4).</summary>
internal static class PrefaceScanner
{
    private const string Expected = "the connection preface of HTTP/2 (PRI * HTTP/2.0 ...)";

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <param name="bytes">The first bytes of a connection that was refused.</param>
    /// <param name="isHttp1">Whether they were understood as HTTP/1.</param>
    public static HeadFault Find(ReadOnlySpan<byte> bytes, bool isHttp1) => isHttp1
        ? new HeadFault(
            RequestFault.Http1OnHttp2Endpoint, bytes.CommonPrefixLength(Preface), $"{Expected}: this endpoint speaks HTTP/2 alone")
        : new HeadFault(RequestFault.Http2PrefaceInvalid, bytes.CommonPrefixLength(Preface), Expected, 0);
}
