using System.Diagnostics;
using System.Globalization;

namespace Aeronet.AspNetCore.Stress.Tests.Rolling;

/// <summary>
/// A real HAProxy in front of two servers: health checks on /readyz, connections to the servers shared by all clients, and no retry that
/// would hide a request which a server lost.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly HttpClient _statistics = new() { Timeout = TaskTimeoutExtensions.DefaultTimeout };
    private readonly int _statisticsPort;

    private Balancer(Process process, string folder, int statisticsPort) =>
        (_process, _folder, _statisticsPort) = (process, folder, statisticsPort);

    internal static string[] Backends { get; } = ["plain", "tls", "h2"];

    /// <summary>Clients speak HTTP/1 here, and the servers too.</summary>
    internal required int Plain { get; init; }

    /// <summary>Clients speak HTTP/1 here; the servers HTTPS.</summary>
    internal required int Tls { get; init; }

    /// <summary>HTTP/2 without TLS here; HTTP/2 over TLS at the servers.</summary>
    internal required int Http2 { get; init; }

    internal static Balancer Start((int Http, int Https)[] servers)
    {
        var tool = ExternalTool.Require("haproxy");
        var folder = Directory.CreateTempSubdirectory("aeronet-haproxy-").FullName;
        var (plain, tls, http2, statistics) = (TestPorts.Next(), TestPorts.Next(), TestPorts.Next(), TestPorts.Next());
        var configuration = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(configuration, $"""
            global
              maxconn 2000
              nbthread 1
            defaults
              mode http
              timeout connect 30s
              timeout client 60s
              timeout server 60s
              timeout check 30s
              timeout tunnel 1h
              retries 0
              retry-on none
              option redispatch
              option httpchk GET /readyz
              http-check expect status 200
              http-reuse always
              default-server inter 100ms fall 1 rise 1
            frontend in-plain
              bind 127.0.0.1:{plain}
              default_backend plain
            frontend in-tls
              bind 127.0.0.1:{tls}
              default_backend tls
            frontend in-h2
              bind 127.0.0.1:{http2} proto h2
              default_backend h2
            backend plain
              server s0 127.0.0.1:{servers[0].Http} check
              server s1 127.0.0.1:{servers[1].Http} check
            backend tls
              server s0 127.0.0.1:{servers[0].Https} ssl verify none alpn http/1.1 track plain/s0
              server s1 127.0.0.1:{servers[1].Https} ssl verify none alpn http/1.1 track plain/s1
            backend h2
              server s0 127.0.0.1:{servers[0].Https} ssl verify none alpn h2 track plain/s0
              server s1 127.0.0.1:{servers[1].Https} ssl verify none alpn h2 track plain/s1
            frontend statistics
              bind 127.0.0.1:{statistics}
              stats enable
              stats uri /stats

            """);
        var process = Process.Start(new ProcessStartInfo(tool.FullPath, ["-db", "-f", configuration]) { RedirectStandardError = true })!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new Balancer(process, folder, statistics) { Plain = plain, Tls = tls, Http2 = http2 };
    }

    /// <summary>What it says of a server in every backend, such as UP or DOWN.</summary>
    internal async Task<bool> SaysAsync(int server, string status)
    {
        var rows = await ReadAsync();
        return Backends.All(backend => rows.Single(row => row["pxname"] == backend && row["svname"] == $"s{server}")["status"].StartsWith(status, StringComparison.Ordinal));
    }

    internal async Task WaitUntilAsync(int server, string status)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await SaysAsync(server, status))
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(60))
                throw new TimeoutException($"HAProxy does not see server {server} as {status}.");

            await Task.Delay(20);
        }
    }

    /// <summary>How often it could not connect to a server or lost it in the middle, and how many answers of 5xx its clients got.</summary>
    internal async Task<string> FailuresAsync()
    {
        var rows = (await ReadAsync()).Where(row => row["svname"] == "BACKEND" && Backends.Contains(row["pxname"])).ToArray();
        return string.Join(", ", ((string[])["econ", "eresp", "wretr", "wredis", "hrsp_5xx"]).Select(field =>
            $"{field} {rows.Sum(row => row[field].Length == 0 ? 0 : long.Parse(row[field], CultureInfo.InvariantCulture))}"));
    }

    public async ValueTask DisposeAsync()
    {
        _statistics.Dispose();
        if (!_process.HasExited)
            _process.Kill();

        await _process.WaitForExitAsync().OrTimeout("haproxy to end");
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Dictionary<string, string>[]> ReadAsync()
    {
        while (true)
        {
            try
            {
                var lines = (await _statistics.GetStringAsync($"http://127.0.0.1:{_statisticsPort}/stats;csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
                var names = lines[0].TrimStart('#', ' ').Split(',');
                return [.. lines.Skip(1).Select(line => names.Zip(line.Split(',')).Where(pair => pair.First.Length > 0).ToDictionary(pair => pair.First, pair => pair.Second))];
            }
            catch (HttpRequestException) when (!_process.HasExited)
            {
                // It has only just been started.
                await Task.Delay(20);
            }
        }
    }
}
