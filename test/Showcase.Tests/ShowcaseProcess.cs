using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Showcase.Tests;

/// <summary>The sample as a process of its own, in the folder where a developer has it.</summary>
internal sealed partial class ShowcaseProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private ShowcaseProcess(string environment, IReadOnlyDictionary<string, string>? variables, string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Showcase.dll");
        _process = new Process { StartInfo = new ProcessStartInfo(ExternalTool.Require("dotnet").FullPath, [program, .. arguments]) };
        _process.StartInfo.WorkingDirectory = Path.Combine(Repository.Root, "samples", "Showcase");
        _process.StartInfo.RedirectStandardOutput = true;
        _process.StartInfo.RedirectStandardError = true;
        _process.StartInfo.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            _process.StartInfo.Environment[name] = value;
        }

        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has said so far.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>The addresses it listens on, http and https.</summary>
    public Uri Http => Address("http");

    public Uri Https => Address("https");

    /// <summary>Starts it on free ports and waits until it serves.</summary>
    public static async Task<ShowcaseProcess> StartAsync(params string[] arguments)
    {
        var process = new ShowcaseProcess("Development", null, [.. OnFreePorts, .. arguments]);
        try
        {
            await Eventually.HoldsAsync(
                () => process._process.HasExited || process.Lines.Any(line => line.Contains("Application started", StringComparison.Ordinal)),
                "the sample serves",
                timeout: StartTimeout);
            Assert.False(process._process.HasExited, string.Join('\n', process.Lines));
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, IReadOnlyList<string> Lines)> RunAsync(
        string environment, IReadOnlyDictionary<string, string>? variables, params string[] arguments)
    {
        await using var process = new ShowcaseProcess(environment, variables, arguments);
        await process._process.WaitForExitAsync().OrTimeout("the sample to end", StartTimeout);
        return (process._process.ExitCode, process.Lines);
    }

    /// <summary>A client that takes the sample's certificate, and follows no redirect.</summary>
    public static HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(60) };
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string[] OnFreePorts =>
        ["--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Https:Url=https://127.0.0.1:0"];

    private Uri Address(string scheme) => Lines
        .Select(line => ListeningOn().Match(line))
        .Where(match => match.Success)
        .Select(match => new Uri(match.Groups["address"].Value))
        .First(address => address.Scheme == scheme);

    private void Add(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }

    [GeneratedRegex(@"Now listening on: (?<address>\S+)")]
    private static partial Regex ListeningOn();
}
