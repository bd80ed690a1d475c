using System.Diagnostics;
using System.Text;

namespace Aeronet.AspNetCore.Tls.Tests.Tools;

/// <summary>openssl s_client, told line by line what to send and what to do (<c>K</c>: update keys).</summary>
internal static class OpensslClient
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(5);

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
        var (output, error) = (new StringBuilder(), new StringBuilder());
        var printing = Task.WhenAll(PumpAsync(process.StandardOutput, output), PumpAsync(process.StandardError, error));
        try
        {
            var seen = 0;
            foreach (var input in inputs)
            {
                // A command must come in a read of its own, and not before the handshake is complete or the command before it
                // has had its effect: each prints something.
                seen = await AnythingNewAsync(seen);
                await Task.Delay(s_pause);
                try
                {
                    await process.StandardInput.WriteAsync(input);
                    await process.StandardInput.FlushAsync();
                }
                catch (IOException)
                {
                    // It has ended, because it was refused: its output says so.
                    break;
                }
            }

            await process.WaitForExitAsync().OrTimeout("s_client to end");
            await printing.OrTimeout("the rest of its output");
            return $"{output}{error}";
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }

        async Task<int> AnythingNewAsync(int seen)
        {
            var start = Stopwatch.GetTimestamp();
            while (true)
            {
                var length = Length();
                var isConnected = seen > 0 || Contains(output, "\n---\n");
                if ((length > seen && isConnected) || process.HasExited || Stopwatch.GetElapsedTime(start) > s_longestSilence)
                    return length;

                await Task.Delay(10);
            }
        }

        int Length()
        {
            lock (output)
            {
                lock (error)
                    return output.Length + error.Length;
            }
        }
    }

    private static bool Contains(StringBuilder text, string part)
    {
        lock (text)
            return $"{text}".Contains(part, StringComparison.Ordinal);
    }

    private static async Task PumpAsync(StreamReader from, StringBuilder to)
    {
        var buffer = new char[4096];
        int read;
        while ((read = await from.ReadAsync(buffer)) > 0)
        {
            lock (to)
                to.Append(buffer, 0, read);
        }
    }
}
