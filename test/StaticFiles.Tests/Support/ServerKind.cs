namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>The server under the middleware.</summary>
public enum ServerKind
{
    /// <summary>Kestrel on its own sockets transport: files are copied.</summary>
    Sockets,

    /// <summary>Kestrel on the Aeronet transport: files are sent zero-copy.</summary>
    Aeronet,

    /// <summary>The in-memory server.</summary>
    TestServer,
}
