using System.Diagnostics;
using Xunit;

namespace Aeronet.Testing;

/// <summary>A program that some tests drive the server with: curl, openssl, nghttp, h2load, strace, nginx.</summary>
public sealed class ExternalTool
{
    private static readonly string[] SystemFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    private ExternalTool(string name, string path)
    {
        Name = name;
        FullPath = path;
    }

    /// <summary>The name it was asked for by.</summary>
    public string Name { get; }

    /// <summary>Where it is.</summary>
    public string FullPath { get; }

    /// <summary>Finds a program; null if it is not installed.</summary>
    public static ExternalTool? Find(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var path = folders.Concat(SystemFolders).Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
        return path is null ? null : new ExternalTool(name, path);
    }

    /// <summary>Finds a program, or skips the test with the reason.</summary>
    public static ExternalTool Require(string name)
    {
        var tool = Find(name);
        if (tool is null)
            Assert.Skip($"{name} is not installed");

        return tool;
    }

    /// <summary>Runs it to its end.</summary>
    public async Task<ExternalToolResult> RunAsync(params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        using var process = new Process { StartInfo = new ProcessStartInfo(FullPath, arguments) };
        process.StartInfo.RedirectStandardInput = true;
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;
        process.StartInfo.UseShellExecute = false;
        process.Start();
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().OrTimeout($"{Name} {string.Join(' ', arguments)} to end").ConfigureAwait(false);
            return new ExternalToolResult(process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
