namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Output that was flushed while its thread dispatches, or that has room again, and that leaves in one system call when the
/// dispatch returns. On one <see cref="LoopAgenda"/> at a time, and on it once.
/// </summary>
internal interface IDeferredFlush
{
    /// <summary>Sends it. Runs no application code.</summary>
    void SendDeferred();
}
