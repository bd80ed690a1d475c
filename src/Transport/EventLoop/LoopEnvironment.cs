using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>What the loops take of the system: threads, epoll sets and the time. Tests have it refuse, or play it themselves.</summary>
internal class LoopEnvironment
{
    internal static LoopEnvironment System { get; } = new();

    /// <summary>The clock of timers, and of how long what lasted.</summary>
    internal virtual TimeProvider Clock => TimeProvider.System;

    /// <exception cref="OutOfMemoryException">The system gives no more threads.</exception>
    internal virtual void Start(Thread thread) => thread.Start();

    /// <summary>Nanoseconds that a thread has run; null when the system does not say.</summary>
    internal virtual long? CpuTimeOf(int threadId) => ThreadCpuTime.TryGet(threadId);

    internal virtual EpollHandle? TryCreateEpoll(out int errno) => EpollHandle.TryCreate(out errno);

    internal virtual WakeHandle? TryCreateWake(out int errno) => WakeHandle.TryCreate(out errno);
}
