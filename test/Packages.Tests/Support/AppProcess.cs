using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Packages.Tests.Support;

/// <summary>An application that somebody made of the packages, as a process of its own on free ports.</summary>
internal sealed partial class AppProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private AppProcess(string folder, string program, string[] arguments)
    {
        // A library is run by the host, and a native program is one itself.
        _process = new Process
        {
            StartInfo = program.EndsWith(".dll", StringComparison.Ordinal)
                ? new ProcessStartInfo(ExternalTool.Require("dotnet").FullPath, [program, .. arguments])
                : new ProcessStartInfo(program, arguments),
        };
        Dotnet.Clean(_process.StartInfo);
        _process.StartInfo.WorkingDirectory = folder;
        _process.StartInfo.RedirectStandardOutput = true;
        _process.StartInfo.RedirectStandardError = true;
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has said so far.</summary>
    public string Said => string.Join('\n', _lines);

    /// <summary>Starts it and waits until it serves.</summary>
    public static async Task<AppProcess> StartAsync(string folder, string program, params string[] arguments)
    {
        var app = new AppProcess(folder, program, arguments);
        try
        {
            await Eventually.HoldsAsync(
                () => app._process.HasExited || app.Says("Application started"), "the application serves", () => app.Said, TimeSpan.FromMinutes(1));
            Assert.False(app._process.HasExited, app.Said);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>The address of a scheme that it listens on.</summary>
    public Uri Address(string scheme) => _lines.Select(line => ListeningOn().Match(line)).Where(match => match.Success)
        .Select(match => new Uri(match.Groups["address"].Value)).First(address => address.Scheme == scheme);

    /// <summary>Whether a line of it has this text.</summary>
    public bool Says(string text) => _lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>
    /// Asks it over a connection of the client's own, which ends behind the answer, and waits for what Aeronet's transport logs of exactly one
    /// connection more: it, and nothing else, served.
    /// </summary>
    public async Task<string> AskThroughAeronetAsync(Uri address)
    {
        var before = Ended();
        string answer;
        using (var client = CreateClient())
            answer = await client.GetStringAsync(address).OrTimeout($"{address}");

        await Eventually.HoldsAsync(() => Ended() == before + 1, "the transport logs the end of one connection", () => Said);
        return answer;

        int Ended() => _lines.Count(line => ConnectionClosed().IsMatch(line));
    }

    /// <summary>A client that takes any certificate of localhost, and follows no redirect.</summary>
    public static HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60) };
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);

        await _process.WaitForExitAsync().OrTimeout("the application to end");
        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null)
            _lines.Enqueue(line);
    }

    [GeneratedRegex(@"Now listening on: (?<address>\S+)")]
    private static partial Regex ListeningOn();

    // TransportLog's event 30.
    [GeneratedRegex(@"^\s*Connection \S+ closed: ")]
    private static partial Regex ConnectionClosed();
}
