using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>Threads that are chosen, scripted epoll sets and time that is told.</summary>
internal sealed class ScriptedEnvironment(ThreadChooser chooser, ScriptedClock clock, Func<ulong, EpollEvents> readiness) : LoopEnvironment
{
    /// <summary>The loops' epoll sets, in their order.</summary>
    internal List<ScriptedEpoll> Epolls { get; } = [];

    internal override TimeProvider Clock => clock;

    internal override void Start(Thread thread)
    {
        // The monitor's ticks are a party's: see Stage.
        if (thread.Name != "aeronet-monitor")
            chooser.Start(thread);
    }

    /// <summary>Who stands still is stuck: nobody waits for a processor.</summary>
    internal override long? CpuTimeOf(int threadId) => null;

    internal override EpollHandle TryCreateEpoll(out int errno)
    {
        errno = 0;
        Epolls.Add(new ScriptedEpoll(chooser, readiness));
        return Epolls[^1];
    }

    internal override WakeHandle TryCreateWake(out int errno)
    {
        errno = 0;
        return new ScriptedWake(Epolls[^1]);
    }
}
