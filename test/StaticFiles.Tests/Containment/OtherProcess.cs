using System.Diagnostics;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Containment;

/// <summary>A Python program that changes files as fast as it can, until it is ended.</summary>
internal sealed class OtherProcess : IAsyncDisposable
{
    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    /// <summary>How long tests let it run; AERONET_RACE_SECONDS says otherwise.</summary>
    public static TimeSpan Duration { get; } = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("AERONET_RACE_SECONDS"), out var seconds) ? seconds : 1);

    /// <summary>Starts it, or skips the test where there is no Python.</summary>
    public static OtherProcess Start(string folder, string program)
    {
        var python = ExternalTool.Require("python3");
        var start = new ProcessStartInfo(python.FullPath, ["-c", program]) { WorkingDirectory = folder, RedirectStandardError = true };
        return new OtherProcess(Process.Start(start)!);
    }

    /// <summary>Ends it; it must not have ended by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        var hasFailed = _process.HasExited;
        if (!hasFailed)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        var error = await _process.StandardError.ReadToEndAsync();
        _process.Dispose();
        Assert.False(hasFailed, error);
    }
}
