using Aeronet.AspNetCore.Stress.Tests.Support;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

// Each test has the machine for itself: they measure latencies and count the process's threads and descriptors.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Aeronet.AspNetCore.Stress.Tests;

/// <summary>Runs the tests, or plays one of the parts that tests need in a process of their own.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => args switch
    {
        [ChildProcess.RoleSwitch, var role, .. var rest] => ChildRoles.RunAsync(role, rest),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
