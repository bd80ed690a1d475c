namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>What the collector knows.</summary>
internal static class Memory
{
    /// <summary>The heap without garbage, finalizable objects included.</summary>
    internal static long LiveBytes()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
