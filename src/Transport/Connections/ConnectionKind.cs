namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>What a connection is about, as far as the transport can tell.</summary>
internal enum ConnectionKind
{
    /// <summary>Between two HTTP/1 requests, or nothing was received yet.</summary>
    Idle,

    /// <summary>An HTTP/1 request is handled, server-sent events among them.</summary>
    InRequest,

    /// <summary>An HTTP/1 request has become another protocol, such as WebSocket.</summary>
    Upgraded,

    /// <summary>HTTP/2, with or without streams.</summary>
    Http2,

    /// <summary>A TLS handshake, the head of a first request, or a protocol of the application's own.</summary>
    Other,
}
