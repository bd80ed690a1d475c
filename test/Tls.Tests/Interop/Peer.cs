using System.Diagnostics;

namespace Aeronet.AspNetCore.Tls.Tests.Interop;

/// <summary>Runs a client of another make to its end.</summary>
internal static class Peer
{
    /// <summary>Gives <paramref name="input"/> to the program; skips the test with a reason where the program is missing.</summary>
    public static async Task<ExternalToolResult> RunAsync(string name, string[] arguments, string input = "", TimeSpan? limit = null)
    {
        var tool = ExternalTool.Require(name);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(tool.FullPath, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            try
            {
                await process.StandardInput.WriteAsync(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has ended without reading: its output says why.
            }

            await process.WaitForExitAsync().OrTimeout($"{name} to end", limit);
            return new ExternalToolResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
