namespace Aeronet.AspNetCore.Middleware.ParserDiagnostics;

/// <summary>Bounds what strangers can have written into a log: so many events a minute, of all connections.</summary>
internal sealed class RejectionRate(TimeProvider time)
{
    /// <summary>The events of a minute.</summary>
    public const int Most = 60;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long _start = time.GetTimestamp();
    private int _count;

    /// <summary>Whether one more may be written.</summary>
    /// <param name="missed">How many were not in the minutes before, if this is the first since.</param>
    public bool TryTake(out int missed)
    {
        missed = 0;
        lock (_lock)
        {
            if (time.GetElapsedTime(_start) >= Window)
            {
                missed = Math.Max(0, _count - Most);
                _start = time.GetTimestamp();
                _count = 0;
            }

            return ++_count <= Most;
        }
    }
}
