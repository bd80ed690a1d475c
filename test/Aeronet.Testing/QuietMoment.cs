using Xunit;

namespace Aeronet.Testing;

/// <summary>For tests of how long something takes at most, which says nothing while the machine is busy with something else.</summary>
public static class QuietMoment
{
    private const int Tries = 6;

    /// <summary>Tries several times, with longer and longer pauses: it must be quick once, and whatever is slow by itself never is.</summary>
    /// <param name="what">What must be quick, for the failure message.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="attempt">Runs the whole test and tells how long that took which must be quick. Whatever else is wrong is thrown.</param>
    public static async Task TryAsync(string what, TimeSpan limit, Func<Task<TimeSpan>> attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var times = new List<double>();
        for (var i = 0; i < Tries; i++)
        {
            await Task.Delay(i * 300).ConfigureAwait(false);
            var time = await attempt().ConfigureAwait(false);
            if (time <= limit)
                return;

            times.Add(time.TotalMilliseconds);
            TestContext.Current.TestOutputHelper?.WriteLine($"{what} took {time.TotalMilliseconds:0} ms.");
        }

        Assert.Fail($"{what} took {string.Join(", ", times.Select(time => $"{time:0}"))} ms, and may take {limit.TotalMilliseconds:0} ms.");
    }
}
