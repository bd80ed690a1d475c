using System.Diagnostics;

namespace Aeronet.AspNetCore.Tls.Tests.Tools;

/// <summary>openssl s_client, told line by line what to send and what to do (<c>K</c>: update keys).</summary>
internal static class OpensslClient
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs until the server closes; returns all it printed.</summary>
    public static async Task<string> RunAsync(KestrelHost host, string[] arguments, params string[] inputs)
    {
        var tool = ExternalTool.Require("openssl");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(tool.FullPath, ["s_client", "-connect", $"127.0.0.1:{host.Port}", .. arguments])
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
            foreach (var input in inputs)
            {
                // A command must come in a read of its own.
                await Task.Delay(s_pause);
                try
                {
                    await process.StandardInput.WriteAsync(input);
                    await process.StandardInput.FlushAsync();
                }
                catch (IOException)
                {
                    // It has ended already, and its output says why.
                    break;
                }
            }

            await process.WaitForExitAsync().OrTimeout("s_client to end");
            return await output + await error;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
