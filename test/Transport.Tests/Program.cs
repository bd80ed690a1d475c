using Aeronet.AspNetCore.Transport.Tests.Support;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Aeronet.AspNetCore.Transport.Tests;

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
