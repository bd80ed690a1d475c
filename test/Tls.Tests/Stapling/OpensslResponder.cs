using System.Diagnostics;
using System.Globalization;

namespace Aeronet.AspNetCore.Tls.Tests.Stapling;

/// <summary><c>openssl ocsp</c> as the responder of an authority.</summary>
internal sealed class OpensslResponder : IDisposable
{
    private readonly Process _process;

    private OpensslResponder(Process process) => _process = process;

    /// <summary>Starts it on a port that certificates name already.</summary>
    public static async Task<OpensslResponder> StartAsync(StapleAuthority authority, int port, params string[] arguments)
    {
        var tool = ExternalTool.Require("openssl");
        string[] validity = arguments.Contains("-nmin") ? [] : ["-nmin", "10"];
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(tool.FullPath,
            [
                "ocsp", "-port", port.ToString(CultureInfo.InvariantCulture), "-index", authority.IndexPath, "-CA", authority.Path,
                "-rsigner", authority.Path, "-rkey", authority.KeyPath, .. validity, "-ignore_err", .. arguments,
            ])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        // It does not survive a connection that only looks whether it is there, and says so itself.
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => SetIfListening(line.Data);
        process.ErrorDataReceived += (_, line) => SetIfListening(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await listens.Task.OrTimeout("openssl ocsp to listen");
        return new OpensslResponder(process);

        void SetIfListening(string? line)
        {
            if (line?.Contains("ACCEPT", StringComparison.Ordinal) == true || line?.Contains("waiting for OCSP client", StringComparison.OrdinalIgnoreCase) == true)
                listens.TrySetResult();
        }
    }

    public static string AddressOf(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/");

    /// <summary>Dies without a word.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
