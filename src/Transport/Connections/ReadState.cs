namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// The read side of a connection, in one word changed by interlocked operations. <see cref="Waiting"/> and
/// <see cref="Receiving"/> say whose turn it is to touch the buffer: the waiting application gave it up, and who
/// exchanges Waiting for Receiving owns it until the read completes. With neither, the application owns it, which sets Receiving while it
/// touches the buffer: only so can the end of the connection tell that it does.
/// </summary>
[Flags]
internal enum ReadState
{
    None = 0,

    /// <summary>The application awaits a read.</summary>
    Waiting = 1,

    /// <summary>
    /// A thread has the buffer: it receives, on behalf of the waiting application or as the application itself, or the application gives
    /// back what it has consumed.
    /// </summary>
    Receiving = 2,

    /// <summary>The socket has reported readiness since the last receive that emptied it.</summary>
    Readable = 4,

    /// <summary>The peer's end of stream or reset was reported: a short receive does not empty the socket.</summary>
    PeerClosed = 8,

    /// <summary>The peer reset the connection, or both directions are closed: nothing we send can arrive.</summary>
    PeerGone = 256,

    /// <summary>CancelPendingRead was called.</summary>
    Canceled = 16,

    /// <summary>The end of the stream was received; nothing comes any more.</summary>
    Ended = 32,

    /// <summary>The connection ended on our side, or the reader is complete: <see cref="InputEnd"/> says what a read comes to.</summary>
    Stopped = 64,

    /// <summary>The first read has been made.</summary>
    Started = 128,

    /// <summary>The token of the read in progress has fired.</summary>
    TokenFired = 512,

    /// <summary>The peer reset the connection, which nobody has received yet.</summary>
    PeerReset = 1024,

    /// <summary>
    /// Nobody reads any more: the blocks go back, by whoever set this, or by the thread that is <see cref="Receiving"/> when it is done.
    /// </summary>
    Completed = 2048,
}
