namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>Wakes a loop that is to look around before it sleeps again.</summary>
internal sealed class IdleWork : ILoopWork
{
    private IdleWork()
    {
    }

    internal static IdleWork Instance { get; } = new();

    public void RunOnLoop()
    {
    }
}
