using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace BenchTable.Loads;

/// <summary>h2load: HTTP/2 with some streams on each connection.</summary>
internal sealed partial record H2Load(int Connections, int Streams) : ILoad
{
    public string Clients => (Connections == 1 ? "1 connection" : $"{Connections} connections") + (Streams == 1 ? ", 1 stream" : $", {Streams} streams each");

    public bool IsHttp2 => true;

    public async Task<LoadCounts> RunAsync(Uri url, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var output = await Tool.RunAsync("h2load", "-t", "1", "-c", $"{Connections}", "-m", $"{Streams}", "-D", $"{(int)time.TotalSeconds}", $"{url}").ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(start);

        // Those that the end of the time found unanswered are neither.
        if (Counted().Match(output) is not { Success: true } counted || counted.Groups[2].Value != "0" || !output.Contains("Application protocol: h2", StringComparison.Ordinal)
            || Statuses().Match(output) is not { Success: true })
        {
            throw new BenchException($"answers of {url} failed: {output.Trim()}");
        }

        return new LoadCounts(Number(counted.Groups[1]), Number(Data().Match(output).Groups[1]), took);
    }

    private static long Number(Group digits) => long.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^requests: .* (\d+) succeeded, (\d+) failed", RegexOptions.Multiline)]
    private static partial Regex Counted();

    [GeneratedRegex(@"^status codes: \d+ 2xx, 0 3xx, 0 4xx, 0 5xx", RegexOptions.Multiline)]
    private static partial Regex Statuses();

    [GeneratedRegex(@"^traffic: .*\((\d+)\) data", RegexOptions.Multiline)]
    private static partial Regex Data();
}
