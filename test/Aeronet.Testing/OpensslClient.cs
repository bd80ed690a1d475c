using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace Aeronet.Testing;

/// <summary>openssl s_client, told line by line what to send and what to do (<c>K</c>: update keys).</summary>
public static class OpensslClient
{
    private const nuint FIONREAD = 0x541B;

    /// <summary>Runs until the server closes; returns all it printed.</summary>
    /// <param name="host">The server; its first endpoint.</param>
    /// <param name="arguments">Further switches of s_client.</param>
    /// <param name="inputs">What it is told, each in a read of its own.</param>
    public static Task<string> RunAsync(KestrelHost host, string[] arguments, params string[] inputs)
    {
        ArgumentNullException.ThrowIfNull(host);
        return RunAsync(host.Port, arguments, inputs);
    }

    /// <summary>Runs until the server closes; returns all it printed.</summary>
    /// <param name="port">The server's, on the loopback address.</param>
    /// <param name="arguments">Further switches of s_client.</param>
    /// <param name="inputs">What it is told, each in a read of its own.</param>
    public static async Task<string> RunAsync(int port, string[] arguments, params string[] inputs)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(inputs);
        var tool = ExternalTool.Require("openssl");
        // Versions differ in how they write names unless told.
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(tool.FullPath, ["s_client", "-nameopt", "RFC2253", "-connect", $"127.0.0.1:{port}", .. arguments])
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
                try
                {
                    await process.StandardInput.WriteAsync(input).ConfigureAwait(false);
                    await process.StandardInput.FlushAsync().ConfigureAwait(false);
                }
                catch (IOException)
                {
                    // It has ended, because it was refused: its output says so.
                    break;
                }

                // A command must come in a read of its own.
                await Eventually.HoldsAsync(() => process.HasExited || Unread(process) == 0, $"s_client to read '{input}'").ConfigureAwait(false);
            }

            await process.WaitForExitAsync().OrTimeout("s_client to end").ConfigureAwait(false);
            return await output.ConfigureAwait(false) + await error.ConfigureAwait(false);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    // A pipe tells at either end how many bytes are in it (pipe(7)).
    private static int Unread(Process process)
    {
        var pipe = ((PipeStream)process.StandardInput.BaseStream).SafePipeHandle;
        return ioctl(pipe, FIONREAD, out var bytes) == 0 ? bytes : 0;
    }

    [DllImport("libc")]
    private static extern int ioctl(SafeHandle descriptor, nuint request, out int value);
}
