using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>What an epoll event is delivered to.</summary>
internal interface ILoopHandler
{
    /// <summary>Called on the thread that leads the loop. May run application code.</summary>
    void OnEvents(EpollEvents events);
}
