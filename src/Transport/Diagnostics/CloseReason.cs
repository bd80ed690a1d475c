namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>Every way a connection can end. The first one that happens is the reason.</summary>
internal enum CloseReason
{
    None,

    /// <summary>The peer sent its end of stream first.</summary>
    PeerClosed,

    /// <summary>The peer reset the connection, or the kernel gave it up.</summary>
    PeerReset,

    /// <summary>The server closed it in order.</summary>
    ServerClosed,

    /// <summary>The server aborted it (limits, timeouts, <c>HttpContext.Abort</c>).</summary>
    Aborted,

    /// <summary>The peer took nothing of the last bytes for the shutdown timeout.</summary>
    DrainTimeout,

    /// <summary>A file was being sent and the peer read more slowly than the minimum response data rate.</summary>
    SlowReader,

    /// <summary>A file became shorter than promised while it was sent.</summary>
    FileTruncated,

    /// <summary>A file could not be read while it was sent.</summary>
    FileUnreadable,

    /// <summary>The TLS handshake failed, or later a record was not what it should be.</summary>
    TlsFailed,

    /// <summary>There were too many TLS handshakes for this one to begin.</summary>
    TlsRejected,

    /// <summary>It did not begin with the PROXY protocol header that it should have.</summary>
    ProxyHeaderRefused,

    /// <summary>Its client had as many connections as it may.</summary>
    LimitReached,

    /// <summary>No byte moved for longer than may be.</summary>
    Idle,

    /// <summary>The peer asked for new TLS keys, which the kernel that encrypts cannot change.</summary>
    KeyUpdate,

    /// <summary>The transport stopped while the connection was open.</summary>
    TransportStopped,
}
