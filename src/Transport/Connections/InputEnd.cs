namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>
/// How the reading of a connection ended, and with it what a read comes to. The first end stays.
/// <code>
/// Open -> Finished    the peer's end of stream       the read completes
///      -> Truncated   the same under TLS, unannounced   completes, or in the middle of a message throws ConnectionResetException
///      -> Reset       the peer or the kernel gave up   throws ConnectionResetException; with no message begun it completes
///      -> Broken      TLS: a record was wrong          throws IOException
///      -> Aborted     by us, for a reason              throws ConnectionAbortedException with the reason
///      -> Closed      by us, in order                  throws ConnectionAbortedException
/// </code>
/// </summary>
internal enum InputEnd
{
    Open,
    Finished,
    Truncated,
    Reset,
    Broken,
    Aborted,
    Closed,
}
