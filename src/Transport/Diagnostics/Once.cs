namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>Something that is said once.</summary>
internal sealed class Once
{
    private int _taken;

    /// <summary>True for the first who asks.</summary>
    internal bool TryTake() => Volatile.Read(ref _taken) == 0 && Interlocked.Exchange(ref _taken, 1) == 0;
}
