using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.CodeAnalysis;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>
/// A folder with what a page had saved, and the program there. The ports that pages have are free ones here.
/// </summary>
internal sealed class Follower : IAsyncDisposable
{
    // The program is built already: what "dotnet run" would start is in bin.
    private const string Prelude = """
        set -e
        dotnet() { while [ "$1" != -- ]; do shift; done; shift; command dotnet bin/site.dll "$@"; }

        """;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-follow-").FullName;
    private readonly Dictionary<string, string> _ports = new[] { "8080", "8081", "8443", "9000" }
        .ToDictionary(port => port, _ => TestPorts.Next().ToString(CultureInfo.InvariantCulture));
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _server;

    /// <summary>Saves a file, and ends the program, which was of the files before.</summary>
    public async Task SaveAsync(CodeFence fence)
    {
        await StopAsync();
        var path = Path.Combine(_folder, fence.Name);
        await File.WriteAllTextAsync(path, OnFreePorts(fence.Text));
        if (Path.GetExtension(path) == ".cs")
            Build(fence);
    }

    /// <summary>Runs commands, and returns what they write.</summary>
    public async Task<string> RunAsync(CodeFence fence)
    {
        if (_ports.Keys.Any(port => fence.Text.Contains(port, StringComparison.Ordinal)))
            await StartAsync(fence);

        using var shell = Start("bash", ["-c", Prelude + OnFreePorts(fence.Text)]);
        var output = shell.StandardOutput.ReadToEndAsync();
        var error = shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync().OrTimeout(fence.Place, s_timeout);
        Assert.True(shell.ExitCode == 0, $"{fence.Place} ended with {shell.ExitCode}:\n{await output}{await error}\n{string.Join('\n', _lines)}");
        return _ports.Aggregate(await output, (text, port) => text.Replace(port.Value, port.Key, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string OnFreePorts(string text)
        => _ports.Aggregate(text, (text, port) => text.Replace(port.Key, port.Value, StringComparison.Ordinal));

    private void Build(CodeFence fence)
    {
        var bin = Path.Combine(_folder, "bin");
        if (!Directory.Exists(bin))
        {
            Directory.CreateDirectory(bin);
            foreach (var library in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
                File.CreateSymbolicLink(Path.Combine(bin, Path.GetFileName(library)), library);

            var settings = Path.ChangeExtension(typeof(Follower).Assembly.Location, ".runtimeconfig.json");
            File.Copy(settings, Path.Combine(bin, "site.runtimeconfig.json"));
        }

        var result = CSharpBlock.Compile(fence).Emit(Path.Combine(bin, "site.dll"));
        Assert.True(result.Success, $"{fence.Place}:\n{string.Join('\n', result.Diagnostics)}");
    }

    private async Task StartAsync(CodeFence fence)
    {
        if (_server is not null)
            return;

        _lines.Clear();
        _server = Start(ExternalTool.Require("dotnet").FullPath, ["bin/site.dll"]);
        _server.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _server.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        await Eventually.HoldsAsync(
            () => _server.HasExited || _lines.Any(line => line.Contains("Application started", StringComparison.Ordinal)), "the program serves", timeout: s_timeout);
        Assert.False(_server.HasExited, $"{fence.Place}: the program ended:\n{string.Join('\n', _lines)}");
    }

    private async Task StopAsync()
    {
        if (_server is null)
            return;

        _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    private Process Start(string program, string[] arguments)
    {
        var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) };
        process.StartInfo.WorkingDirectory = _folder;
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;

        // As in a shell of the reader's.
        foreach (var name in process.StartInfo.Environment.Keys.Where(name => name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.StartsWith("Aeronet__", StringComparison.Ordinal)).ToArray())
            process.StartInfo.Environment.Remove(name);

        process.Start();
        return process;
    }
}
