namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Output that was flushed while its thread dispatches an event, and that leaves in one system call when the dispatch
/// returns. A node of an intrusive stack: it is in at most one at a time.
/// </summary>
internal interface IDeferredFlush
{
    IDeferredFlush? NextDeferred { get; set; }

    void SendDeferred();
}
