using System.Diagnostics;

namespace Aeronet.AspNetCore.Transport.Tls.Admission;

/// <summary>
/// So many a second, with bursts, by the generic cell rate algorithm (ITU-T I.371, annex A): a token bucket whose whole state is the time at
/// which it will be full again. That needs no timer, and whoever comes too early knows at once how long to wait, so that nobody queues.
/// Times are in ticks of <see cref="Stopwatch"/>.
/// </summary>
internal readonly struct RateLimit
{
    private readonly long _interval;
    private readonly long _tolerance;

    /// <param name="perSecond">How many a second; 0 for no limit.</param>
    /// <param name="burst">How many at once; 0 for those of a second.</param>
    internal RateLimit(double perSecond, int burst)
    {
        if (perSecond > 0)
        {
            _interval = Math.Max(1, (long)(Stopwatch.Frequency / perSecond));
            _tolerance = _interval * ((burst > 0 ? burst : Math.Max(1, (long)perSecond)) - 1);
        }
    }

    internal bool IsOn => _interval > 0;

    /// <summary>Whether one more may begin, in <paramref name="wait"/> from now, which is no longer than <paramref name="patience"/>.</summary>
    /// <param name="full">When the bucket is full again; 0 for one that has always been.</param>
    /// <param name="now">The time.</param>
    /// <param name="patience">The longest wait.</param>
    /// <param name="next">When it is full again after that one.</param>
    /// <param name="wait">How long that one has to wait.</param>
    internal bool Admits(long full, long now, long patience, out long next, out long wait)
    {
        wait = Math.Max(0, full - _tolerance - now);
        next = Math.Max(full, now) + _interval;
        return wait <= patience;
    }
}
