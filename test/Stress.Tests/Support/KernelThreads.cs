using System.Globalization;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>What the kernel counts for each thread of this process (proc_pid_status(5)).</summary>
internal static class KernelThreads
{
    /// <summary>How often the threads whose names start with <paramref name="prefix"/> went to sleep by themselves: once for every wake-up.</summary>
    internal static long CountSleeps(string prefix)
    {
        const string Field = "voluntary_ctxt_switches:";
        var sum = 0L;
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                if (!File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(prefix, StringComparison.Ordinal))
                    continue;

                var line = File.ReadLines(Path.Combine(thread, "status")).First(l => l.StartsWith(Field, StringComparison.Ordinal));
                sum += long.Parse(line.AsSpan(Field.Length).Trim(), CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It ended between the listing and the reading.
            }
        }

        return sum;
    }
}
