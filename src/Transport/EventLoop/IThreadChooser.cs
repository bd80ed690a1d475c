namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>Chooses which of several threads goes on: a test, see <see cref="Interleaving"/>. Called by the thread whose turn it is.</summary>
internal interface IThreadChooser
{
    /// <summary>Comes back when it is the calling thread's turn again. <paramref name="where"/> names the place.</summary>
    void Pass(string where);

    /// <summary>Comes back when waiting for <paramref name="assigned"/> would take no time.</summary>
    void Wait(SemaphoreSlim assigned);

    /// <summary>Comes back when no other thread is in a callback of a cancellation token.</summary>
    void WaitForCallbacks();

    /// <summary>What to give to the thread pool instead of <paramref name="item"/>.</summary>
    IThreadPoolWorkItem Fork(IThreadPoolWorkItem item);

    /// <summary>A rule of <see cref="LoopAudit"/> is broken.</summary>
    void Break(string rule);
}
