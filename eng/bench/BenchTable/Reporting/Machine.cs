using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using BenchTable.Loads;

namespace BenchTable.Reporting;

/// <summary>What it was measured on.</summary>
internal static partial class Machine
{
    // A build that has just ended is still in the average.
    private const double Idle = 1;

    /// <summary>How busy others keep the machine (proc_loadavg(5)): threads that ran or wanted to, over the last minute.</summary>
    public static double LoadNow() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    public static async Task<string> DescribeAsync(BenchArguments arguments, double loadBefore)
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        var kernel = Release().Match(File.ReadAllText("/proc/sys/kernel/osrelease")).Value;
        var openssl = string.Join(' ', (await Tool.RunAsync("openssl", "version").ConfigureAwait(false)).Split(' ').Take(2));
        var nginx = (await Tool.RunAsync("nginx", "-v").ConfigureAwait(false)).Split('/')[^1].Trim();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd}: {model}, {Environment.ProcessorCount} cores shared with the load; Linux {kernel}, {openssl}, .NET {Environment.Version}, nginx {nginx}; {(arguments.Rounds == 1 ? "1 round" : $"{arguments.Rounds} rounds")} of {arguments.Seconds} s. Load of the machine in the minute before: {loadBefore:0.0}{(loadBefore < Idle ? "" : ", so that others were at work on it")}.");
    }

    [GeneratedRegex(@"^[0-9.]+")]
    private static partial Regex Release();
}
