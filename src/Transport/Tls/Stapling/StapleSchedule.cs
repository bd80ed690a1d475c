namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>When a response is asked for again. At random within bounds, so that servers which began together do not ask together.</summary>
internal static class StapleSchedule
{
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(10);

    // Whatever a responder promises: a revocation is to be known some day.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(4);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromHours(1);

    /// <summary>
    /// The time of the next renewal: the middle of a response's life, up to a tenth of it later; for one that is older already (responders answer from
    /// caches, too) the middle of the rest.
    /// </summary>
    internal static DateTimeOffset Renewal(Staple staple, DateTimeOffset now)
    {
        var middle = staple.ThisUpdate + ((staple.Expires - staple.ThisUpdate) * (0.5 + (0.1 * Random.Shared.NextDouble())));
        if (middle <= now)
        {
            middle = now + ((staple.Expires - now) * (0.5 + (0.1 * Random.Shared.NextDouble())));
        }

        var wait = middle - now;
        return now + (wait < s_shortest ? s_shortest : wait > s_longest ? s_longest : wait);
    }

    /// <summary>The time of the next attempt after so many failures in a row: 2 s, doubled with each up to 1 h, of that half at least.</summary>
    internal static DateTimeOffset Retry(int failures, DateTimeOffset now)
    {
        var wait = s_firstRetry * Math.Pow(2, Math.Min(failures - 1, 16));
        return now + ((wait < s_lastRetry ? wait : s_lastRetry) * (0.5 + (0.5 * Random.Shared.NextDouble())));
    }
}
