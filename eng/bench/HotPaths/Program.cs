// What code paths take alone, and what they allocate, each in this process; result.md goes into the folder that is named first.
using System.Globalization;
using System.Text;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using HotPaths;

if (args.Length != 1)
{
    await Console.Error.WriteLineAsync("Usage: HotPaths FOLDER");
    return 2;
}

var folder = Path.GetFullPath(args[0]);
var config = ManualConfig.CreateEmpty()
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
    .AddLogger(NullLogger.Instance)
    .WithArtifactsPath(folder);
var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
var text = new StringBuilder();
text.AppendLine(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, .NET {Environment.Version}, BenchmarkDotNet's ShortRun; load of the machine in the minute before: {load}:").AppendLine();
text.AppendLine("| | ns | standard error | bytes allocated |").AppendLine("|---|---|---|---|");
foreach (var type in (Type[])[typeof(FileRequests), typeof(MiddlewareRequests), typeof(Connections)])
{
    foreach (var report in BenchmarkRunner.Run(type, config).Reports)
    {
        var name = report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
        if (!report.Success || report.ResultStatistics is not { } time || report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) is not { } bytes)
        {
            await Console.Error.WriteLineAsync($"HotPaths: '{name}' was not measured");
            return 1;
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {time.Mean:0.0} | {time.StandardError:0.0} | {bytes} |");
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name}: {time.Mean:0.0} ns, {bytes} bytes"));
    }
}

Directory.CreateDirectory(folder);
await File.WriteAllTextAsync(Path.Combine(folder, "result.md"), text.ToString());
return 0;
