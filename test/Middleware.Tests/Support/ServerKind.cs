namespace Aeronet.AspNetCore.Middleware.Tests.Support;

/// <summary>The server under the middleware.</summary>
public enum ServerKind
{
    /// <summary>Kestrel on its own sockets transport.</summary>
    Sockets,

    /// <summary>Kestrel on the Aeronet transport.</summary>
    Aeronet,

    /// <summary>The Aeronet transport, HTTP/2 without TLS.</summary>
    Http2,

    /// <summary>The in-memory server, which shows no raw request target.</summary>
    TestServer,
}
