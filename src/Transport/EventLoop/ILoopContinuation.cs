namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// Application code that can go on because of what a loop found out: a read has bytes, a flush has room, a handshake is over.
/// On one <see cref="LoopAgenda"/> at a time, and on it once.
/// </summary>
internal interface ILoopContinuation
{
    /// <summary>Runs the application, which may keep the thread for as long as it likes.</summary>
    void Continue();
}
