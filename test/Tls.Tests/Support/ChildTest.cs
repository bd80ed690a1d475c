using System.Diagnostics;
using System.Reflection;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>Runs an explicit test of this program in a process of its own, which the test may change, or bring down.</summary>
internal static class ChildTest
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end; the exit code is not 0 when it fails or the process dies.</summary>
    public static async Task<ExternalToolResult> RunAsync(Type type, string method, params (string Name, string Value)[] environment)
    {
        using var process = new Process { StartInfo = Describe(type, method, environment) };
        process.Start();
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().OrTimeout($"{method} to end", s_limit);
            return new ExternalToolResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>How a process is started that runs it.</summary>
    internal static ProcessStartInfo Describe(Type type, string method, params (string Name, string Value)[] environment)
    {
        var program = Assembly.GetExecutingAssembly().Location;
        var host = Environment.ProcessPath!;
        string[] arguments = [.. Path.GetFileNameWithoutExtension(host) == "dotnet" ? [program] : Array.Empty<string>(), "-noLogo", "-noColor", "-explicit", "only", "-method", $"{type.FullName}.{method}"];
        var start = new ProcessStartInfo(host, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        return start;
    }
}
