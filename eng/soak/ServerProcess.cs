using System.Diagnostics;

namespace Soak;

/// <summary>The process of <see cref="SoakServer"/>, seen from outside.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    // Kestrel's word on a body whose sender has vanished, where the handler has read that before Kestrel heard of it.
    private const string LeftInABody = "Microsoft.AspNetCore.Server.Kestrel[67]";

    private readonly Process _process;
    private Task _logging = Task.CompletedTask;
    private volatile int _errors;

    private ServerProcess(Process process, Uri http, Uri https)
    {
        _process = process;
        Http = http;
        Https = https;
    }

    public Uri Http { get; }

    public Uri Https { get; }

    /// <summary>Resident memory, in bytes (proc_pid_status(5), VmRSS).</summary>
    public long Resident => StatusOf("VmRSS:") * 1024;

    public int Threads => (int)StatusOf("Threads:");

    /// <summary>Open descriptors of all kinds (proc_pid_fd(5)).</summary>
    public int Handles => Directory.EnumerateFileSystemEntries($"/proc/{_process.Id}/fd").Count();

    public bool HasExited => _process.HasExited;

    /// <summary>How many errors it has logged.</summary>
    public int Errors => _errors;

    /// <summary>Starts it on a folder; what it logs goes to a file.</summary>
    public static async Task<ServerProcess> StartAsync(string folder, string log)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);

        start.ArgumentList.Add("serve");
        start.ArgumentList.Add(folder);
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(SoakServer.Listening, StringComparison.Ordinal))
            {
                var addresses = line[SoakServer.Listening.Length..].Split(' ').Select(address => new Uri(address)).ToArray();
                var server = new ServerProcess(process, addresses.Single(address => address.Scheme == "http"), addresses.Single(address => address.Scheme == "https"));
                server._logging = server.LogAsync(log);
                return server;
            }

            Console.WriteLine(line);
        }

        throw new InvalidOperationException("The server ended before it listened.");
    }

    /// <summary>Tells it to stop; false when it did not within a minute.</summary>
    public async Task<bool> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _logging;
            return _process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    // A pipe that nobody reads fills, and whoever logs waits.
    private async Task LogAsync(string path)
    {
        await using var log = new StreamWriter(path);
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if ((line.StartsWith("fail: ", StringComparison.Ordinal) || line.StartsWith("crit: ", StringComparison.Ordinal)) && !line.EndsWith(LeftInABody, StringComparison.Ordinal))
                _errors++;

            await log.WriteLineAsync(line);
        }
    }

    private long StatusOf(string name) => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture))
        .Single();
}
