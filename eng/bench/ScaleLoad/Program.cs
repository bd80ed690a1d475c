// Opens connections to a server and keeps a number of requests in flight on them, each on the connection that has rested longest; and says what that
// cost the server. One line: connections, then for opening one, for one that rests, for a request alone and among others, separated by blanks.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ScaleLoad;

const int First = 200;

try
{
    var arguments = ScaleArguments.Parse(args);
    var request = Connection.RequestFor(arguments.Url);
    var connections = new ConcurrentQueue<Connection>();

    // A server that has served nobody yet has still to be compiled, and has no memory at hand.
    await OpenAsync(First).ConfigureAwait(false);
    await AskAsync(arguments.InFlight, TimeSpan.FromSeconds(1)).ConfigureAwait(false);
    while (connections.TryDequeue(out var connection))
    {
        connection.Dispose();
    }

    await Task.Delay(500).ConfigureAwait(false);
    var memory = ServerUsage.Memory(arguments.Process);
    var cpu = ServerUsage.Cpu(arguments.Process);
    await OpenAsync(arguments.Connections).ConfigureAwait(false);
    await Task.Delay(500).ConfigureAwait(false);
    var opening = (ServerUsage.Cpu(arguments.Process) - cpu) / arguments.Connections;
    memory = ServerUsage.Memory(arguments.Process) - memory;

    // What the runtime still compiles in the background is none of resting.
    await Task.Delay(2000).ConfigureAwait(false);
    cpu = ServerUsage.Cpu(arguments.Process);
    await Task.Delay(arguments.Time).ConfigureAwait(false);
    var resting = (ServerUsage.Cpu(arguments.Process) - cpu) / arguments.Time;

    var alone = await AskAsync(1, arguments.Time / 2).ConfigureAwait(false);
    await AskAsync(arguments.InFlight, TimeSpan.FromSeconds(1)).ConfigureAwait(false);
    var busy = await AskAsync(arguments.InFlight, arguments.Time).ConfigureAwait(false);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{arguments.Connections} {opening.TotalMicroseconds:0.0} {(double)memory / arguments.Connections:0.00} {resting * 100:0.00} {alone.CpuMicroseconds:0.0} {alone.P99Milliseconds:0.000} {busy.CpuMicroseconds:0.00} {busy.P99Milliseconds:0.00} {busy.Rate:0}"));
    return 0;

    async Task OpenAsync(int count)
    {
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                connections.Enqueue(await Connection.OpenAsync(arguments.Url, request).ConfigureAwait(false));
            }
        }))).ConfigureAwait(false);
    }

    async Task<(double CpuMicroseconds, double P99Milliseconds, double Rate)> AskAsync(int inFlight, TimeSpan time)
    {
        var used = ServerUsage.Cpu(arguments.Process);
        var start = Stopwatch.GetTimestamp();
        var took = await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            var own = new List<long>();
            var buffer = new byte[1024];
            while (Stopwatch.GetElapsedTime(start) < time && connections.TryDequeue(out var connection))
            {
                var asked = Stopwatch.GetTimestamp();
                await connection.AskAsync(buffer).ConfigureAwait(false);
                own.Add(Stopwatch.GetTimestamp() - asked);
                connections.Enqueue(connection);
            }

            return own;
        }))).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(start);
        used = ServerUsage.Cpu(arguments.Process) - used;
        var all = took.SelectMany(own => own).Order().ToList();
        return (used.TotalMicroseconds / all.Count, all[all.Count * 99 / 100] * 1000.0 / Stopwatch.Frequency, all.Count / elapsed.TotalSeconds);
    }
}
catch (Exception failure) when (failure is FormatException or SocketException or IOException or InvalidDataException)
{
    await Console.Error.WriteLineAsync($"ScaleLoad: {failure.Message}. Usage: {ScaleArguments.Usage}").ConfigureAwait(false);
    return 1;
}
