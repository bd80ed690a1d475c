using Aeronet.AspNetCore.Stress.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>
/// A server in a process with few descriptors. Says its port; "report" asks for the warnings so far, the accepting pauses,
/// the open connections, the errors logged, and whether the process can start a thread.
/// </summary>
internal static class SmallServerRole
{
    private const int AcceptPaused = 4;

    internal static async Task<int> RunAsync(string[] arguments)
    {
        await using var host = await KestrelHost.StartAsync(TransportKind.Aeronet, new KestrelHostOptions
        {
            App = StressApp.Map,
            LogLevel = LogLevel.Warning,
            Transport = o => o.EventLoops = 2,
        });

        // Without descriptors the runtime can load no assembly: what will run then has to have run before.
        using (var client = new BlockingClient(host.EndPoint))
        {
            client.SendGet("/plain");
            client.ReceiveResponse();
        }

        Report(host);
        await Console.Out.WriteLineAsync($"{host.Port}");
        while (await Console.In.ReadLineAsync() == "report")
            await Console.Out.WriteLineAsync(Report(host));

        return 0;
    }

    private static string Report(KestrelHost host)
    {
        var logs = host.Logs.Entries;
        var warnings = logs.Count(entry => entry.EventId.Id == AcceptPaused);
        var errors = logs.Count(entry => entry.Level >= LogLevel.Error);
        return $"{warnings} {host.Metrics.Total("aeronet.accept.pauses")} {host.Metrics.Total("aeronet.connections.open")} {errors} {StartedThreads()}";
    }

    /// <summary>A thread takes two descriptors to start. When the thread pool cannot have them, the runtime ends the process.</summary>
    private static int StartedThreads()
    {
        try
        {
            var thread = new Thread(static () => { });
            thread.Start();
            thread.Join();
            return 1;
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
    }
}
