using Xunit;

namespace Aeronet.Testing;

/// <summary>
/// For tests of a time limit that must pass, and within which something else must succeed before: a busy machine may miss a short one and
/// is given a longer one, up to what it cannot miss.
/// </summary>
public static class GrowingTime
{
    private static readonly TimeSpan[] s_times = [.. new[] { 0.3, 1, 4, 20 }.Select(TimeSpan.FromSeconds)];

    /// <summary>Tries with longer and longer times.</summary>
    /// <param name="what">What must succeed within the time, for the failure message.</param>
    /// <param name="attempt">
    /// Runs the whole test with one time limit. False says only that the machine was too slow for it, and whatever else is wrong is thrown.
    /// </param>
    public static async Task TryAsync(string what, Func<TimeSpan, Task<bool>> attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        foreach (var time in s_times)
        {
            if (await attempt(time).ConfigureAwait(false))
                return;

            TestContext.Current.TestOutputHelper?.WriteLine($"{time.TotalSeconds} s were too short for {what}.");
        }

        Assert.Fail($"{s_times[^1].TotalSeconds} s were not enough for {what}.");
    }
}
