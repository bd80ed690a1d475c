namespace Aeronet.AspNetCore.Interleavings.Tests.Choosing;

/// <summary>An item of the transport on the thread pool, as a thread that is chosen.</summary>
internal sealed class ForkedItem(ThreadChooser chooser, Awaited awaited, IThreadPoolWorkItem item) : IThreadPoolWorkItem
{
    public void Execute() => chooser.Resume(awaited, item.Execute);
}
