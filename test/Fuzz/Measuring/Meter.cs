namespace Aeronet.AspNetCore.Fuzz.Measuring;

/// <summary>What one call costs, in branches taken and bytes allocated.</summary>
internal readonly struct Meter
{
    // Of an empty input: buffers, results, messages.
    private const int FreeSteps = 4_000;
    private const int FreeBytes = 48 * 1024;

    private readonly long _steps;
    private readonly long _bytes;

    private Meter(long steps, long bytes) => (_steps, _bytes) = (steps, bytes);

    internal static Meter Start() => new(Steps.Taken, GC.GetAllocatedBytesForCurrentThread());

    /// <summary>The call has ended: its cost must grow no faster than its input.</summary>
    /// <param name="what">What was called.</param>
    /// <param name="length">The bytes of the input.</param>
    /// <param name="steps">The most branches for each of them.</param>
    /// <param name="bytes">The most bytes for each of them.</param>
    /// <param name="freeBytes">The most bytes whatever the input.</param>
    internal void StopLinear(string what, int length, int steps = 40, int bytes = 128, int freeBytes = FreeBytes)
    {
        var (tookSteps, tookBytes) = (Steps.Taken - _steps, GC.GetAllocatedBytesForCurrentThread() - _bytes);
        if (tookSteps > FreeSteps + ((long)steps * length))
            throw new BrokenException($"{what} takes {tookSteps} steps for {length} bytes", isCost: true);

        if (tookBytes > freeBytes + ((long)bytes * length))
            throw new BrokenException($"{what} allocates {tookBytes} bytes for {length}", isCost: true);
    }
}
