using System.Diagnostics;

namespace BenchTable.Loads;

/// <summary>Other people's programs.</summary>
internal static class Tool
{
    /// <summary>What a program writes to its standard output and error.</summary>
    /// <exception cref="BenchException">It failed.</exception>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().ConfigureAwait(false);
        var text = await output.ConfigureAwait(false) + await error.ConfigureAwait(false);
        return process.ExitCode == 0 ? text : throw new BenchException($"{program} {string.Join(' ', arguments)} ended with code {process.ExitCode}: {text.Trim()}");
    }
}
