using Aeronet.AspNetCore.Middleware.Tests.AccessLog;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Aeronet.AspNetCore.Middleware.Tests;

/// <summary>Runs the tests, or is the server of one that needs a process of its own.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => args switch
    {
        [StdoutServer.Switch] => StdoutServer.RunAsync(),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => ConsoleRunner.Run(args),
    };
}
