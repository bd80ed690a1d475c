using System.Globalization;
using Soak.Sampling;

namespace Soak.Reporting;

/// <summary>What came of it.</summary>
/// <param name="Lines">Each of what was looked at, in a line.</param>
/// <param name="IsGood">Whether memory, descriptors and threads stayed as they were, and nothing went wrong.</param>
internal sealed record Verdict(IReadOnlyList<string> Lines, bool IsGood)
{
    // The compiler makes code anew, caches fill and the heap finds its size: of less than this nothing is said.
    private static readonly TimeSpan s_warm = TimeSpan.FromMinutes(5);
    private const double MostGrowth = 0.05;
    private const int MostHandles = 4;

    /// <summary>Judges a log.</summary>
    /// <param name="log">All that was seen.</param>
    /// <param name="errors">How many errors the server has logged.</param>
    /// <param name="stopped">Whether it stopped when it was told to, within a minute, and said that all was well.</param>
    public static Verdict Of(SoakLog log, int errors, bool stopped)
    {
        var lines = new List<string>();
        var good = true;
        Look(log.Failed == 0, $"{log.Done.Sum():N0} answers were right, {log.Failed:N0} were not");
        lines.AddRange(log.Failures);
        foreach (var (name, done) in log.Loads.Zip(log.Done))
        {
            if (done == 0)
                Look(false, $"{name}: not done once");
        }

        Look(errors == 0, $"{errors:N0} errors in the server's log");
        Look(stopped, $"the server {(stopped ? "stopped" : "did not stop")} when it was told to");
        Look(log.HandlesAfter <= log.HandlesBefore + MostHandles, $"descriptors: {log.HandlesBefore} before the first client, {log.HandlesAfter} after the last");
        Sample[] warm = [.. log.Samples.Where(sample => sample.At > s_warm)];
        if (warm.Length >= 20 && warm[^1].At > 3 * s_warm)
        {
            Grows("resident memory", "MiB", sample => sample.Resident / (double)(1 << 20), 8);
            Grows("managed heap", "MiB", sample => sample.State.Heap / (double)(1 << 20), 8);
            Grows("descriptors while loaded", "", sample => sample.Handles, MostHandles);
            Grows("threads", "", sample => sample.Threads, 4);
        }
        else
        {
            lines.Add($"trends: not judged, as it took less than {3 * s_warm.TotalMinutes:N0} minutes");
        }

        return new Verdict(lines, good);

        void Grows(string what, string unit, Func<Sample, double> value, double tolerated)
        {
            var middle = Trend.Median(warm.Select(value));
            var growth = Trend.AnHour([.. warm.Select(sample => (sample.At.TotalHours, value(sample)))]);
            Look(growth <= Math.Max(tolerated, middle * MostGrowth), string.Create(CultureInfo.InvariantCulture, $"{what}: {middle:N1} {unit} in the middle, {growth:+0.0;-0.0;0.0} an hour").Replace("  ", " ", StringComparison.Ordinal));
        }

        void Look(bool holds, string line)
        {
            good &= holds;
            lines.Add((holds ? "ok   " : "BAD  ") + line);
        }
    }
}
