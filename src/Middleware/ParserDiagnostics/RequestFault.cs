namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>What was wrong with a request that the server refused while it read it.</summary>
internal enum RequestFault
{
    /// <summary>Not known: the bytes are not held, or the server had a reason of its own.</summary>
    Unknown,

    /// <summary>The request line begins with a space.</summary>
    MethodMissing,

    /// <summary>A byte that is no token character (RFC 9110 section 5.6.2) in the method.</summary>
    MethodInvalid,

    /// <summary>The method does not go with the form of the target (RFC 9112 section 3.2).</summary>
    MethodNotAllowed,

    /// <summary>No target after the method.</summary>
    TargetMissing,

    /// <summary>A target that cannot be read.</summary>
    TargetInvalid,

    /// <summary>No version after the target, as in HTTP/0.9.</summary>
    VersionMissing,

    /// <summary>No HTTP version where one belongs.</summary>
    VersionInvalid,

    /// <summary>A version that the endpoint does not speak.</summary>
    VersionUnsupported,

    /// <summary>Something else than the end of the line after the version.</summary>
    LineEndInvalid,

    /// <summary>A request line longer than <c>KestrelServerLimits.MaxRequestLineSize</c>.</summary>
    RequestLineTooLong,

    /// <summary>A field line that begins with its colon.</summary>
    NameMissing,

    /// <summary>A byte that cannot be in a field name.</summary>
    NameInvalid,

    /// <summary>White space between name and colon (RFC 9112 section 5.1).</summary>
    SpaceBeforeColon,

    /// <summary>A field line without a colon.</summary>
    ColonMissing,

    /// <summary>A field line that begins with white space (RFC 9112 section 5.2).</summary>
    FoldedLine,

    /// <summary>CR without LF (RFC 9112 section 2.2).</summary>
    BareCarriageReturn,

    /// <summary>LF without CR, where the application has forbidden it.</summary>
    BareLineFeed,

    /// <summary>NUL, or what is not UTF-8, in a field value.</summary>
    ValueInvalid,

    /// <summary>More fields than <c>KestrelServerLimits.MaxRequestHeaderCount</c>.</summary>
    TooManyFields,

    /// <summary>More bytes of fields than <c>KestrelServerLimits.MaxRequestHeadersTotalSize</c>.</summary>
    HeadTooLarge,

    /// <summary>The connection ended, or time was over, in the middle of the head.</summary>
    HeadIncomplete,

    /// <summary>A Content-Length that is no length.</summary>
    ContentLengthInvalid,

    /// <summary>A second Content-Length.</summary>
    ContentLengthRepeated,

    /// <summary>HTTP/1.1 without Host (RFC 9112 section 3.2).</summary>
    HostMissing,

    /// <summary>A second Host.</summary>
    HostRepeated,

    /// <summary>A Host that is no host, or another one than the target's.</summary>
    HostInvalid,

    /// <summary>The last transfer coding is not chunked (RFC 9112 section 6.3).</summary>
    TransferCodingInvalid,

    /// <summary>A method with a body, of HTTP/1.0, without Content-Length.</summary>
    LengthRequired,

    /// <summary>Something else than a hexadecimal size where a chunk begins.</summary>
    ChunkSizeInvalid,

    /// <summary>A chunk extension with a line end that is not CR LF.</summary>
    ChunkExtensionInvalid,

    /// <summary>Something else than CR LF after a chunk's data.</summary>
    ChunkEndInvalid,

    /// <summary>The connection ended, or time was over, in the middle of the body.</summary>
    BodyIncomplete,

    /// <summary>A body larger than is allowed.</summary>
    BodyTooLarge,

    /// <summary>A TLS ClientHello where no TLS is spoken.</summary>
    TlsOnPlainPort,

    /// <summary>HTTP where TLS is spoken.</summary>
    PlainHttpOnTlsPort,

    /// <summary>HTTP/1 where HTTP/2 alone is spoken.</summary>
    Http1OnHttp2Endpoint,

    /// <summary>HTTP/2 where HTTP/1 alone is spoken.</summary>
    Http2OnHttp1Endpoint,

    /// <summary>A connection preface of HTTP/2 that is none (RFC 9113 section 3.4).</summary>
    Http2PrefaceInvalid,

    /// <summary>Another mistake of an HTTP/2 client that ends its connection.</summary>
    Http2Error,
}
