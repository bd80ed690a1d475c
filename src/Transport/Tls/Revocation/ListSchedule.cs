namespace Aeronet.AspNetCore.Transport.Tls.Revocation;

/// <summary>When a list is fetched again. At random within bounds, so that servers which began together do not ask together.</summary>
internal static class ListSchedule
{
    // Also for a list that is about to end, or whose authority's clock is another.
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(30);

    /// <summary>After a list was had: the interval, or half of the time that is left to it if that is shorter, less up to a tenth.</summary>
    internal static TimeSpan AfterSuccess(TimeSpan interval, DateTimeOffset? ends, DateTimeOffset now)
    {
        var half = ends is { } end ? (end - now) / 2 : interval;
        return Longest((half < interval ? half : interval) * (0.9 + (0.1 * Random.Shared.NextDouble())));
    }

    /// <summary>After so many failures in a row: a minute, doubled with each up to the interval, of that half at least.</summary>
    internal static TimeSpan AfterFailure(TimeSpan interval, int failures)
    {
        var wait = TimeSpan.FromMinutes(Math.Pow(2, Math.Min(failures - 1, 16)));
        return Longest((wait < interval ? wait : interval) * (0.5 + (0.5 * Random.Shared.NextDouble())));
    }

    private static TimeSpan Longest(TimeSpan wait) => wait < s_shortest ? s_shortest : wait;
}
