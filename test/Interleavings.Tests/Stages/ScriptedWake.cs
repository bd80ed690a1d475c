using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>What wakes a scripted epoll set.</summary>
internal sealed class ScriptedWake(ScriptedEpoll epoll) : WakeHandle(-1)
{
    internal override void Signal() => epoll.Wake();
}
