using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ScaleLoad;

namespace BenchTable.Servers;

/// <summary>A server that runs: a process, and those that it has started.</summary>
internal sealed partial class Server : IDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly int _http;
    private readonly int _https;

    private Server(Process process, int http, int https)
    {
        _process = process;
        _http = http;
        _https = https;
    }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu => ServerUsage.Cpu(_process.Id);

    /// <summary>Starts a server, and waits until it listens.</summary>
    /// <param name="command">What to start, for ports of HTTP and HTTPS.</param>
    /// <exception cref="BenchException">It did not start; the message is the first line that it wrote.</exception>
    public static async Task<Server> StartAsync(Func<int, int, ProcessStartInfo> command)
    {
        var (http, https) = FreePorts();
        var start = command(http, https);
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        var said = "";
        process.ErrorDataReceived += (_, line) => said = said.Length == 0 && line.Data is { } first ? Prefix().Replace(first, "") : said;
        process.BeginErrorReadLine();
        var server = new Server(process, http, https);
        var began = Stopwatch.GetTimestamp();
        while (!await ListensAsync(http).ConfigureAwait(false) || !await ListensAsync(https).ConfigureAwait(false))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > s_start)
            {
                if (process.HasExited)
                {
                    await process.WaitForExitAsync().ConfigureAwait(false);
                }

                server.Dispose();
                throw new BenchException(said.Length > 0 ? said : $"{start.FileName} did not start");
            }

            await Task.Delay(50).ConfigureAwait(false);
        }

        return server;
    }

    public Uri Url(bool isTls, string path) => new($"{(isTls ? "https" : "http")}://127.0.0.1:{(isTls ? _https : _http)}{path}");

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            // nginx ends its workers itself.
            using (Process.Start("kill", $"{_process.Id}"))
            {
                if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
                {
                    _process.Kill(entireProcessTree: true);
                }
            }
        }

        _process.Dispose();
    }

    // Both at once, so that they are two.
    private static (int Http, int Https) FreePorts()
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        one.Start();
        other.Start();
        return (((IPEndPoint)one.LocalEndpoint).Port, ((IPEndPoint)other.LocalEndpoint).Port);
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // What comes before the message.
    [GeneratedRegex(@"^(BenchServer: |Unhandled exception\. [\w.]+: )")]
    private static partial Regex Prefix();
}
