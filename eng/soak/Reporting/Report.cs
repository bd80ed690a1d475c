using System.Globalization;
using System.Text;
using Soak.Sampling;

namespace Soak.Reporting;

/// <summary>The files that are left: pictures, every number, and what came of it.</summary>
internal static class Report
{
    public static void Write(string folder, SoakLog log, Verdict verdict)
    {
        Charts.Write(folder, log);
        File.WriteAllText(Path.Combine(folder, "soak.csv"), Table(log));
        File.WriteAllLines(Path.Combine(folder, "soak.txt"),
        [
            string.Create(CultureInfo.InvariantCulture, $"{log.Samples[^1].At.TotalMinutes:N0} minutes, {log.Samples.Count} samples"),
            .. verdict.Lines,
        ]);
    }

    private static string Table(SoakLog log)
    {
        var text = new StringBuilder("seconds,resident,heap,descriptors,threads,generation0,generation1,generation2,paused_ms");
        foreach (var name in log.Loads)
            text.Append(CultureInfo.InvariantCulture, $",{Column(name)}_count,{Column(name)}_p99_ms");

        foreach (var sample in log.Samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{sample.At.TotalSeconds:F1},{sample.Resident},{sample.State.Heap},{sample.Handles},{sample.Threads},{sample.State.Young},{sample.State.Middle},{sample.State.Full},{sample.State.Paused.TotalMilliseconds:F1}");
            foreach (var (count, percentile) in sample.Loads)
                text.Append(CultureInfo.InvariantCulture, $",{count},{percentile.TotalMilliseconds:F2}");
        }

        return text.Append('\n').ToString();
    }

    private static string Column(string load) => load.Replace(", ", "_", StringComparison.Ordinal).Replace(' ', '_').Replace('/', '_').ToLowerInvariant();
}
