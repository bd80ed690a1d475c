using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Stress.Tests.Interleavings;

/// <summary>
/// Plays the server's part of the turns. The first message of a connection says which it is; every active one has a partner that
/// only listens to what the active one's handler writes to it.
/// </summary>
internal sealed class ScriptedHandler(int seed, bool mayBlock, Arrivals arrivals) : ConnectionHandler
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<PipeWriter>> _partners = new();

    /// <summary>What escaped.</summary>
    internal ConcurrentQueue<Exception> Failures { get; } = new();

    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        try
        {
            var input = connection.Transport.Input;
            var read = await input.ReadAtLeastAsync(4);
            var number = BinaryPrimitives.ReadInt32LittleEndian(read.Buffer.Slice(0, 4).ToArray());
            input.AdvanceTo(read.Buffer.GetPosition(4));
            if (number < 0)
            {
                PartnerOf(~number).SetResult(connection.Transport.Output);
                await TakeAsync(input, 1, blocks: false);
            }
            else
            {
                await PlayAsync(number, connection.Transport, await PartnerOf(number).Task.ConfigureAwait(false));
            }
        }
        catch (Exception failure)
        {
            Failures.Enqueue(failure);
        }
    }

    private TaskCompletionSource<PipeWriter> PartnerOf(int number) =>
        _partners.GetOrAdd(number, _ => new TaskCompletionSource<PipeWriter>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task PlayAsync(int number, IDuplexPipe transport, PipeWriter partner)
    {
        long own = 0, partners = 0;
        foreach (var turn in Turn.Of(seed, number, mayBlock))
        {
            if (!await TakeAsync(transport.Input, turn.Message, turn.BlocksInRead))
                return;

            foreach (var step in turn.Steps)
            {
                if (step.Yields)
                    await Task.Yield();

                if (step.KeepsThread > 0)
                    Thread.Sleep(step.KeepsThread);

                var (output, position) = step.ToPartner ? (partner, partners) : (transport.Output, own);
                await WriteAsync(output, position, step);
                (own, partners) = step.ToPartner ? (own, partners + step.Bytes) : (own + step.Bytes, partners);
                if (step.AwaitsArrival)
                {
                    arrivals.Of(number, ofPartner: true).WaitFor(partners);
                    arrivals.Of(number, ofPartner: false).WaitFor(own);
                }
            }
        }
    }

    /// <summary>Takes a message. False at the end of the stream.</summary>
    private static async Task<bool> TakeAsync(PipeReader input, int bytes, bool blocks)
    {
        while (bytes > 0)
        {
            var pending = input.ReadAsync();
            var read = blocks && !pending.IsCompleted ? pending.AsTask().GetAwaiter().GetResult() : await pending;
            var taken = (int)Math.Min(read.Buffer.Length, bytes);
            bytes -= taken;
            input.AdvanceTo(read.Buffer.GetPosition(taken));
            if (read.IsCompleted && bytes > 0)
                return false;
        }

        return true;
    }

    private static async Task WriteAsync(PipeWriter output, long position, Step step)
    {
        for (var left = step.Bytes; left > 0;)
        {
            var memory = output.GetMemory(1);
            var part = Math.Min(left, memory.Length);
            Pattern.Fill(memory.Span[..part], position);
            output.Advance(part);
            position += part;
            left -= part;
        }

        var flush = output.FlushAsync();
        if (step.BlocksInFlush && !flush.IsCompleted)
            flush.AsTask().GetAwaiter().GetResult();
        else
            await flush;
    }
}
