using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Aeronet.Testing;

/// <summary>Waits for something that settles by itself and has no event to wait for, such as a counter.</summary>
public static class Eventually
{
    /// <summary>Polls until <paramref name="condition"/> holds.</summary>
    /// <param name="condition">What must become true.</param>
    /// <param name="what">What is waited for, for the failure message.</param>
    /// <param name="state">The state as it is, for the failure message.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public static async Task HoldsAsync(
        Func<bool> condition,
        string what,
        Func<string>? state = null,
        TimeSpan? timeout = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var limit = timeout ?? TaskTimeoutExtensions.DefaultTimeout;
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
                throw new TimeoutException(
                    $"Timed out after {limit.TotalSeconds:0.#} s: {what} ({Path.GetFileName(file)}:{line}). {state?.Invoke()}");

            await Task.Delay(5).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until a count is the same for a while, as that of something that has been told to stop and may be in the middle of it.</summary>
    /// <param name="count">What must stand still.</param>
    /// <param name="time">For how long.</param>
    /// <param name="what">What is waited for, for the failure message.</param>
    public static async Task StandsStillAsync(Func<long> count, TimeSpan time, string what)
    {
        ArgumentNullException.ThrowIfNull(count);
        var (seen, since) = (count(), Stopwatch.GetTimestamp());
        await HoldsAsync(
            () =>
            {
                if (count() is var now && now != seen)
                    (seen, since) = (now, Stopwatch.GetTimestamp());

                return Stopwatch.GetElapsedTime(since) > time;
            },
            what,
            () => $"It is {seen} now.").ConfigureAwait(false);
    }
}
