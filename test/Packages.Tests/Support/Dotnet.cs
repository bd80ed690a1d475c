using System.Diagnostics;

namespace Aeronet.AspNetCore.Packages.Tests.Support;

/// <summary>The SDK's command line as a user's shell would start it: with nothing of this process's environment that steers a build.</summary>
internal static class Dotnet
{
    // A build of native code on a machine that others keep busy.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(15);

    private static readonly string[] s_steering = ["MSBUILD", "DOTNET_", "NUGET_PACKAGES", "ASPNETCORE_", "Aeronet__", "Kestrel__", "VSTEST", "TESTINGPLATFORM", "CI"];

    /// <summary>Runs a command to its end, which must be a good one.</summary>
    /// <returns>What it wrote to the standard output.</returns>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var result = await TryAsync(folder, arguments);
        Assert.True(result.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {result}");
        return result.Output;
    }

    /// <summary>Runs a command to its end.</summary>
    public static Task<ExternalToolResult> TryAsync(string folder, params string[] arguments) =>
        TryProgramAsync(ExternalTool.Require("dotnet").FullPath, folder, arguments);

    /// <summary>Runs a program that builds to its end.</summary>
    public static async Task<ExternalToolResult> TryProgramAsync(string program, string folder, params string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) };
        Clean(process.StartInfo);
        process.StartInfo.WorkingDirectory = folder;
        process.StartInfo.RedirectStandardInput = true;
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;
        process.Start();
        try
        {
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync().OrTimeout($"{program} {string.Join(' ', arguments)}", s_limit);
            await process.WaitForExitAsync().OrTimeout($"{program} to end");
            return new ExternalToolResult(process.ExitCode, output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Leaves out of a process's environment what steers builds and servers, and has no build server outlive it.</summary>
    public static void Clean(ProcessStartInfo start)
    {
        foreach (var name in start.Environment.Keys.Where(IsSteering).ToArray())
            start.Environment.Remove(name);

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";
    }

    // Where the runtime is stays.
    private static bool IsSteering(string name) =>
        !name.StartsWith("DOTNET_ROOT", StringComparison.OrdinalIgnoreCase)
        && s_steering.Any(start => start == "CI" ? name == start : name.StartsWith(start, StringComparison.OrdinalIgnoreCase));
}
