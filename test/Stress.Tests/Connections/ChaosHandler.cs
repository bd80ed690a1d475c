using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>
/// Sends back what it receives, whatever is cancelled under it. The connections it serves are kept where other threads
/// find them.
/// </summary>
internal sealed class ChaosHandler : ConnectionHandler
{
    private readonly ConcurrentDictionary<string, ConnectionContext> _open = new();
    private int _canceledReads;
    private int _canceledFlushes;

    /// <summary>What escaped from a reader or a writer that is not the end of the connection.</summary>
    internal ConcurrentQueue<Exception> Failures { get; } = new();

    internal int CanceledReads => _canceledReads;

    internal int CanceledFlushes => _canceledFlushes;

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        _open[connection.ConnectionId] = connection;
        try
        {
            await EchoAsync(connection.Transport.Input, connection.Transport.Output);
        }
        catch (ConnectionAbortedException)
        {
            // How a read is told that the connection was ended on this side.
        }
        catch (Exception failure)
        {
            Failures.Enqueue(failure);
        }
        finally
        {
            _open.TryRemove(connection.ConnectionId, out _);
        }
    }

    /// <summary>Does one of <paramref name="allowed"/> to one of the open connections.</summary>
    internal async Task DisturbAsync(Random random, Chaos allowed)
    {
        var connections = _open.Values.ToArray();
        var choices = Enum.GetValues<Chaos>().Where(choice => choice != Chaos.Cancels && allowed.HasFlag(choice)).ToArray();
        if (connections.Length == 0)
            return;

        var connection = connections[random.Next(connections.Length)];
        switch (choices[random.Next(choices.Length)])
        {
            case Chaos.CancelRead:
                connection.Transport.Input.CancelPendingRead();
                break;
            case Chaos.CancelFlush:
                connection.Transport.Output.CancelPendingFlush();
                break;
            case Chaos.Close:
                connection.Abort(null!);
                break;
            case Chaos.Abort:
                connection.Abort();
                break;
            case Chaos.Dispose:
                await connection.DisposeAsync();
                break;
        }
    }

    private async Task EchoAsync(System.IO.Pipelines.PipeReader input, System.IO.Pipelines.PipeWriter output)
    {
        while (true)
        {
            var read = await input.ReadAsync();
            if (read.IsCanceled)
                Interlocked.Increment(ref _canceledReads);

            foreach (var part in read.Buffer)
                output.Write(part.Span);

            var isEmpty = read.Buffer.IsEmpty;
            input.AdvanceTo(read.Buffer.End);
            var flush = await output.FlushAsync();
            if (flush.IsCanceled)
                Interlocked.Increment(ref _canceledFlushes);

            if (flush.IsCompleted || (read.IsCompleted && isEmpty))
                return;
        }
    }
}
