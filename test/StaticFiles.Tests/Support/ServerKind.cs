namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>The server under the middleware.</summary>
public enum ServerKind
{
    /// <summary>Kestrel on its own sockets transport: files are copied.</summary>
    Sockets,

    /// <summary>Kestrel on the Aeronet transport: files are sent zero-copy.</summary>
    Aeronet,

    /// <summary>The Aeronet transport, HTTP/2 without TLS: files are copied into frames.</summary>
    Http2,

    /// <summary>The Aeronet transport under SslStream: files are copied into records.</summary>
    Https,

    /// <summary>The in-memory server.</summary>
    TestServer,

    /// <summary>The Aeronet transport and its own TLS.</summary>
    Tls,

    /// <summary>The same with HTTP/2.</summary>
    TlsHttp2,

    /// <summary>The same with HTTP/1.1, encrypted by the kernel: files are sent zero-copy. Needs a kernel with TLS.</summary>
    KernelTls,
}
