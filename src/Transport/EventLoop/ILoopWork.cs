namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>Work posted to a loop from any thread.</summary>
internal interface ILoopWork
{
    /// <summary>Called on the thread that leads the loop. May run application code.</summary>
    void RunOnLoop();
}
