using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace BenchTable.Loads;

/// <summary>openssl s_time: a TLS 1.3 connection for each request, with a session of its own or a resumed one.</summary>
internal sealed partial record HandshakeLoad(int Processes, bool IsResuming) : ILoad
{
    public string Clients => $"{Processes} at a time";

    public bool IsHttp2 => false;

    public async Task<LoadCounts> RunAsync(Uri url, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var outputs = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => Tool.RunAsync(
            "openssl", "s_time", "-connect", url.Authority, "-tls1_3", IsResuming ? "-reuse" : "-new", "-www", url.AbsolutePath, "-time", $"{(int)time.TotalSeconds}"))).ConfigureAwait(false);
        var took = Stopwatch.GetElapsedTime(start);
        long connections = 0, bytes = 0;
        foreach (var output in outputs)
        {
            // A letter for each connection: r for a session that was resumed.
            var resumed = output.Split('\n').Where(line => line.Length > 0 && line.All(letter => letter is 'r' or '*')).Sum(line => line.Count(letter => letter == 'r'));
            if (Counted().Match(output) is not { Success: true } counted || Number(counted.Groups[1]) is var own && resumed != (IsResuming ? own : 0))
            {
                throw new BenchException($"connections to {url} failed, or {(IsResuming ? "were not" : "were")} resumed: {output.Trim()}");
            }

            connections += own;
            bytes += Number(counted.Groups[2]);
        }

        return new LoadCounts(connections, bytes, took);
    }

    private static long Number(Group digits) => long.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\d+) connections in [\d.]+s; .*bytes read (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Counted();
}
