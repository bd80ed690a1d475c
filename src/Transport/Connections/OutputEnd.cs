namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// How far the writing of a connection has ended.
/// <code>
/// Open -> Draining -> Dropped     in order: what was written leaves first
/// Open ------------> Dropped      the peer is gone, or the connection is aborted: what is queued is dropped
/// </code>
/// </summary>
internal enum OutputEnd
{
    Open,

    /// <summary>The application is done; what it wrote, and the end of a TLS stream, are still to leave.</summary>
    Draining,

    /// <summary>Nothing leaves any more; every block is given back.</summary>
    Dropped,
}
