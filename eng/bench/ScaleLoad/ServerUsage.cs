using System.Globalization;

namespace ScaleLoad;

/// <summary>What a process and those it has started have used (proc_pid_stat(5), proc_pid_smaps(5)).</summary>
internal static class ServerUsage
{
    private const int TicksASecond = 100;

    /// <summary>User and system time so far.</summary>
    public static TimeSpan Cpu(int process)
    {
        long ticks = 0;
        foreach (var id in Tree(process))
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        }

        return TimeSpan.FromSeconds(ticks / (double)TicksASecond);
    }

    /// <summary>Its share of the memory that is in use (PSS), in KiB.</summary>
    public static long Memory(int process) => Tree(process).Sum(id => File.ReadLines($"/proc/{id}/smaps_rollup")
        .Where(line => line.StartsWith("Pss:", StringComparison.Ordinal))
        .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)));

    private static IEnumerable<int> Tree(int process)
    {
        var children = Directory.EnumerateDirectories($"/proc/{process}/task")
            .SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture));
        return children.ToList().SelectMany(Tree).Prepend(process);
    }
}
