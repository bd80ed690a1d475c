namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>The process.</summary>
/// <param name="Cores">Processor time it used a second over the last interval, in cores; null before there was one.</param>
/// <param name="Processors">The cores it may use.</param>
/// <param name="Memory">Its resident memory, in bytes.</param>
/// <param name="ManagedMemory">What of it is managed objects, in bytes.</param>
/// <param name="PoolQueue">Work that waits for a thread of the pool.</param>
/// <param name="PoolThreads">Threads of the pool.</param>
internal sealed record ProcessFigures(
    double? Cores, int Processors, long Memory, long ManagedMemory, long PoolQueue, int PoolThreads)
{
    public static ProcessFigures Of(double? cores) => new(
        cores,
        Environment.ProcessorCount,
        Environment.WorkingSet,
        GC.GetTotalMemory(forceFullCollection: false),
        ThreadPool.PendingWorkItemCount,
        ThreadPool.ThreadCount);
}
