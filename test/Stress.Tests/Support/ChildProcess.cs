using System.Diagnostics;
using System.Globalization;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>
/// This program once more, in one of the <see cref="ChildRoles"/>: for descriptors, limits and memory of its own. Speaks
/// lines over its standard input and output, and ends when its input does.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    internal const string RoleSwitch = "--role";

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    internal static ChildProcess Start(string role, int? descriptorLimit, params string[] arguments)
    {
        // The shell lowers the hard limit too: .NET raises the soft one to it.
        var condition = descriptorLimit is { } limit ? $"ulimit -n {limit.ToString(CultureInfo.InvariantCulture)}" : null;
        return StartUnder(condition, role, arguments);
    }

    /// <param name="condition">What a shell does before it becomes this program: sets limits and variables, joins a group. Null for nothing.</param>
    /// <param name="role">The part that it plays.</param>
    /// <param name="arguments">What the part is told.</param>
    internal static ChildProcess StartUnder(string? condition, string role, params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        List<string> command = [program];
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            command.Add(typeof(ChildProcess).Assembly.Location);

        command.AddRange([RoleSwitch, role, .. arguments]);
        if (condition is not null)
            command = ["/bin/sh", "-c", $"{condition} && exec \"$@\"", "sh", .. command];

        return new ChildProcess(Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
    }

    /// <summary>The next line it says. Throws when it has ended.</summary>
    internal async Task<string> ReadLineAsync(string what, TimeSpan? timeout = null) =>
        await _process.StandardOutput.ReadLineAsync().OrTimeout(what, timeout)
            ?? throw new EndOfStreamException($"The child process ended before {what}.");

    internal int Id => _process.Id;

    /// <summary>Waits until it has ended by itself, and returns its exit code.</summary>
    internal async Task<int> EndsAsync()
    {
        await _process.WaitForExitAsync().OrTimeout("the child process to end by itself", TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <summary>Says a line and returns the answer.</summary>
    internal async Task<string> AskAsync(string question, TimeSpan? timeout = null)
    {
        await _process.StandardInput.WriteLineAsync(question);
        await _process.StandardInput.FlushAsync();
        return await ReadLineAsync($"the child's answer to '{question}'", timeout);
    }

    /// <summary>Says a line that has no answer.</summary>
    internal async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Asks it to end as a service manager does.</summary>
    internal void Terminate() => Signals.Send(_process.Id, "TERM");

    /// <summary>Ends it as nothing can prevent (SIGKILL).</summary>
    internal void Kill() => Signals.Send(_process.Id, "KILL");

    /// <summary>Waits for its end. Its exit code.</summary>
    internal async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        await _process.WaitForExitAsync().OrTimeout("the child process to end", timeout);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().OrTimeout("the child process to end");
        }
        finally
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);

            // What has been handed out it does not close itself.
            _process.StandardOutput.Dispose();
            _process.Dispose();
        }
    }
}
