using System.Diagnostics;
using System.Globalization;
using Aeronet.AspNetCore.Stress.Tests.Support;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

public sealed class IdleConnectionsTests
{
    private const int Connections = 10_000;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Server_TenThousandIdleConnections_AllStillAnswer()
    {
        // .NET has raised the soft limit to the hard one.
        const int Needed = Connections + 500;
        if (ProcessLimits.OpenFiles() is { } limit && limit < Needed)
            Assert.Skip($"{Needed} descriptors are needed and the limit is {limit} (ulimit -Hn)");

        await using var server = await StressServer.StartAsync(2, new KestrelHostOptions
        {
            App = StressApp.Map,
            Kestrel = kestrel => kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(10),
        });
        var (heap, resident) = (Memory.LiveBytes(), ProcessCounters.ResidentBytes());
        await using (var clients = ChildProcess.Start(
            ChildRoles.IdleClients, descriptorLimit: null, server.EndPoint.Port.ToString(CultureInfo.InvariantCulture), Connections.ToString(CultureInfo.InvariantCulture)))
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Equal($"{Connections}", await clients.AskAsync("connect", s_limit));
            var connecting = Stopwatch.GetElapsedTime(start);
            Assert.Equal(Connections, server.OpenConnections);

            var processorTime = Process.GetCurrentProcess().TotalProcessorTime;
            await Task.Delay(2000);
            processorTime = Process.GetCurrentProcess().TotalProcessorTime - processorTime;

            var (heapEach, residentEach) = (Memory.LiveBytes() - heap, ProcessCounters.ResidentBytes() - resident);
            Report.Line(
                $"{Connections} connected in {connecting.TotalSeconds:0.0} s; each {heapEach / Connections} bytes of heap, "
                + $"{residentEach / Connections} resident; {processorTime.TotalMilliseconds:0} ms of processor time in 2 idle seconds");

            Assert.Equal($"{Connections}", await clients.AskAsync("ask", s_limit));
            Assert.Equal(Connections, server.OpenConnections);
            Assert.InRange(heapEach / Connections, 0, 32 * 1024);
        }

        await server.StopCleanlyAsync();
    }
}
