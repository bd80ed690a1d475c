using System.Globalization;
using System.Text.RegularExpressions;

namespace BenchTable.Loads;

/// <summary>wrk: HTTP/1.1 on connections that are kept, or on one for each request.</summary>
internal sealed partial record WrkLoad(int Connections, bool IsReconnecting = false) : ILoad
{
    private static readonly string s_script = Path.Combine(AppContext.BaseDirectory, "wrk.lua");

    public string Clients => IsReconnecting ? $"{Connections} at a time" : Connections == 1 ? "1 connection" : $"{Connections} connections";

    public bool IsHttp2 => false;

    public async Task<LoadCounts> RunAsync(Uri url, TimeSpan time)
    {
        string[] reconnect = IsReconnecting ? ["-H", "Connection: close"] : [];
        var output = await Tool.RunAsync(
            "wrk",
            ["-t", Connections < 64 ? "1" : "2", "-c", $"{Connections}", "-d", $"{(int)time.TotalSeconds}s", "--timeout", "60s", "-s", s_script, .. reconnect, $"{url}"]).ConfigureAwait(false);
        if (Counted().Match(output) is not { Success: true } counted || counted.Groups[4].Value != "0")
        {
            throw new BenchException($"answers of {url} failed: {output.Trim()}");
        }

        return new LoadCounts(Number(counted.Groups[1]), Number(counted.Groups[2]), TimeSpan.FromMicroseconds(Number(counted.Groups[3])));
    }

    private static long Number(Group digits) => long.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^counted (\d+) (\d+) (\d+) (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Counted();
}
