using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Transport.SendFile;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>What an application does with a connection, and whether what it gets is right.</summary>
internal sealed class Server(Stage stage, Link link)
{
    private long _consumed;
    private long _written;

    internal PipeReader Input => ((IDuplexPipe)link.Connection).Input;

    internal PipeWriter Output => ((IDuplexPipe)link.Connection).Output;

    /// <summary>Bytes that were read.</summary>
    internal long Read => _consumed;

    internal bool IsToldOfClose => link.Connection.ConnectionClosed.IsCancellationRequested;

    private ThreadChooser Chooser => stage.Chooser;

    /// <summary>Reads once and consumes <paramref name="atMost"/> of what there is.</summary>
    internal async Task<(long Bytes, bool IsCompleted, bool IsCanceled)> ReadAsync(long atMost = long.MaxValue, CancellationToken token = default) =>
        Take(await Chooser.Awaited(Input.ReadAsync(token), $"{link.Name}: a read"), atMost);

    /// <summary>Reads until so many bytes have come.</summary>
    internal async Task ReadBytesAsync(long bytes)
    {
        for (var end = _consumed + bytes; _consumed < end;)
        {
            if ((await ReadAsync(end - _consumed)).IsCompleted)
                throw new InvalidOperationException($"{link.Name}: the stream ended at {_consumed} of {end}.");
        }
    }

    /// <summary>Reads until the peer has finished. How many bytes.</summary>
    internal async Task<long> ReadToEndAsync()
    {
        while (!(await ReadAsync()).IsCompleted)
        {
        }

        return _consumed;
    }

    /// <summary>Reads until the peer has finished, which must be after <paramref name="bytes"/> of the stream.</summary>
    internal async Task ReadToEndAsync(long bytes)
    {
        if (await ReadToEndAsync() != bytes)
            throw new InvalidOperationException($"{link.Name}: {_consumed} bytes were read and not {bytes}.");
    }

    /// <summary>Reads and looks at nothing until the connection ends: somebody else may give its blocks back meanwhile.</summary>
    internal async Task ReadBlindlyAsync()
    {
        try
        {
            while (true)
            {
                var result = await Chooser.Awaited(Input.ReadAsync(), $"{link.Name}: a read");
                Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    return;
            }
        }
        catch (Exception end) when (end is ConnectionAbortedException or ConnectionResetException or InvalidOperationException)
        {
        }
    }

    /// <summary>Reads until the connection ends, in whatever way, or <paramref name="atLeast"/> bytes of the stream have come.</summary>
    internal async Task ReadUntilClosedAsync(long atLeast = long.MaxValue)
    {
        try
        {
            while (_consumed < atLeast && !(await ReadAsync()).IsCompleted)
            {
            }
        }
        catch (Exception end) when (end is ConnectionAbortedException or ConnectionResetException)
        {
        }
    }

    /// <summary>Reads once as who blocks its thread until there is something.</summary>
    internal (long Bytes, bool IsCompleted, bool IsCanceled) ReadBlocking() => Take(WaitFor(Input.ReadAsync(), "read"), long.MaxValue);

    /// <summary>Keeps its thread.</summary>
    internal void Block(Func<bool> until, string what) => Chooser.BlockUntil(until, $"{link.Name}: blocks until {what}");

    internal void Write(int bytes)
    {
        while (bytes > 0)
        {
            var span = Output.GetSpan();
            var count = Math.Min(bytes, span.Length);
            Bytes.Fill(span[..count], _written);
            Output.Advance(count);
            _written += count;
            bytes -= count;
        }
    }

    internal async Task<FlushResult> FlushAsync(CancellationToken token = default) =>
        await Chooser.Awaited(Output.FlushAsync(token), $"{link.Name}: a flush");

    internal Task<FlushResult> WriteAsync(int bytes, CancellationToken token = default)
    {
        Write(bytes);
        return FlushAsync(token);
    }

    /// <summary>Writes and flushes as who blocks its thread until there is room.</summary>
    internal void WriteBlocking(int bytes)
    {
        Write(bytes);
        WaitFor(Output.FlushAsync(), "flush");
    }

    /// <summary>Sends a stretch of the stage's file in place of bytes.</summary>
    internal Task<FlushResult> SendFileAsync(int bytes)
    {
        var output = (IFileRegionOutput)Output;
        if (output.TryArm(stage.File, _written, bytes))
        {
            if (FileRegion.IsMarker(Output.GetMemory()))
                Output.Advance(bytes);

            output.Disarm();
            _written += bytes;
        }

        return FlushAsync();
    }

    internal async Task DisposeAsync()
    {
        link.IsDisposed = true;
        var disposal = link.Connection.DisposeAsync().AsTask();
        if (!disposal.IsCompleted && Internals.DrainedOf(link.Connection.Output)?.Task is { } drained)
            Chooser.AwaitUnseen($"{link.Name}: the drain", () => drained.IsCompleted && stage.Clock.LongestFired < stage.Options.ShutdownTimeout);

        await Chooser.Awaited(new ValueTask<bool>(disposal.ContinueWith(
            static done => { done.GetAwaiter().GetResult(); return true; }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)), $"{link.Name}: the disposal");
    }

    internal void Abort() => link.Connection.Abort(new ConnectionAbortedException("The script aborts."));

    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "Its result is taken once, when it is there: a task of it would go on before the chooser knows.")]
    private T WaitFor<T>(ValueTask<T> call, string what)
    {
        var isDone = call.IsCompleted;
        if (!isDone)
        {
            var awaited = Chooser.Await($"{link.Name}: a {what} that blocks", () => call.IsCompleted);
            call.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => Chooser.Resume(awaited, () => isDone = true));
            Chooser.BlockUntil(() => isDone, $"{link.Name}: blocks in a {what}");
        }

        return call.GetAwaiter().GetResult();
    }

    private (long Bytes, bool IsCompleted, bool IsCanceled) Take(ReadResult result, long atMost)
    {
        var buffer = result.Buffer;
        var position = _consumed;
        foreach (var memory in buffer)
        {
            if (Bytes.FirstWrong(memory.Span, position) is >= 0 and var wrong)
                throw new InvalidOperationException($"{link.Name}: byte {wrong} of the stream is wrong as it is read.");

            position += memory.Length;
        }

        var consumed = buffer.Length <= atMost ? buffer : buffer.Slice(0, atMost);
        var count = consumed.Length;
        _consumed += count;
        Input.AdvanceTo(consumed.End);
        return (count, result.IsCompleted, result.IsCanceled);
    }
}
