using System.Diagnostics;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>
/// This program once more, in one of the <see cref="ChildRoles"/>. Speaks lines over its standard input and output, and
/// ends when its input does.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    internal const string RoleSwitch = "--role";

    private readonly Process _process;
    private readonly Task<string> _errors;

    private ChildProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    internal int Id => _process.Id;

    /// <summary>Starts this program in a role, by way of <paramref name="launcher"/>: a command that the program and its arguments are appended to.</summary>
    internal static ChildProcess Start(string role, string[] arguments, params string[] launcher)
    {
        var program = Environment.ProcessPath!;
        List<string> command = [.. launcher, program];
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            command.Add(typeof(ChildProcess).Assembly.Location);

        command.AddRange([RoleSwitch, role, .. arguments]);
        return new ChildProcess(Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>The next line it says; null when it has ended.</summary>
    internal Task<string?> TryReadLineAsync(string what) => _process.StandardOutput.ReadLineAsync().OrTimeout(what, TimeSpan.FromSeconds(40));

    /// <summary>The next line it says. Throws when it has ended.</summary>
    internal async Task<string> ReadLineAsync(string what) => await TryReadLineAsync(what)
        ?? throw new EndOfStreamException($"The child process ended before {what}: {await _errors.OrTimeout("its errors")}");

    /// <summary>Says a line to it.</summary>
    internal async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Asks it to end, waits until it has, and returns its exit code and what it said on its standard error.</summary>
    internal async Task<(int ExitCode, string Errors)> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().OrTimeout("the child process to end", TimeSpan.FromSeconds(40));
        return (_process.ExitCode, await _errors.OrTimeout("its errors"));
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
                await EndAsync();
        }
        finally
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);

            _process.Dispose();
        }
    }
}
