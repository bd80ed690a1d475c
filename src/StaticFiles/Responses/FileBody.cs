using System.IO.Pipelines;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Responses;

/// <summary>Sends a file, or parts of it, as the response body, the headers being set.</summary>
internal sealed class FileBody(ILogger logger)
{
    /// <summary>Bodies up to this many bytes are read into the response's own memory and leave in one send with the headers.</summary>
    internal const int SmallBody = 16 * 1024;

    // Kestrel's default response buffer: reading further ahead of the client than this would only wait.
    private const int CopyChunk = 64 * 1024;

    /// <summary>Sends <paramref name="count"/> bytes, at least one, and gives back the caller's reference to the file at the end.</summary>
    public Task SendAsync(HttpContext context, OpenFile file, long offset, long count)
    {
        Task sending;
        try
        {
            sending = StartSending(context, file, offset, count);
        }
        catch
        {
            file.Release();
            throw;
        }

        if (!sending.IsCompleted)
        {
            return ReleaseAfterAsync(sending, file);
        }

        file.Release();
        return sending;
    }

    /// <summary>Sends several parts in their frame, all from the one descriptor, and gives back the caller's reference to the file at the end.</summary>
    public async Task SendPartsAsync(HttpContext context, OpenFile file, MultipartRanges multipart)
    {
        try
        {
            await SendFramedAsync(context, file, multipart);
        }
        finally
        {
            file.Release();
        }
    }

    private async Task SendFramedAsync(HttpContext context, OpenFile file, MultipartRanges multipart)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var region = body as IHttpFileRegionFeature;

        // From here on what is written lies in the connection's own memory, where a region can follow it.
        await body.StartAsync();
        var writer = body.Writer;
        var unflushed = 0;
        for (var i = 0; i < multipart.Parts.Length && !context.RequestAborted.IsCancellationRequested; i++)
        {
            var part = multipart.Parts[i];
            unflushed += multipart.WriteHead(writer, i);
            if (part.Length > SmallBody)
            {
                unflushed = 0;
                if (region is not null)
                {
                    await region.SendFileAsync(file.Handle, part.Start, part.Length);
                }
                else if (!await CopyAsync(context, writer, file, part.Start, part.Length, flushesEnd: true))
                {
                    return;
                }

                continue;
            }

            if (!ReadSmall(context, writer, file, part.Start, (int)part.Length))
            {
                return;
            }

            // Small parts leave together, up to what the server would buffer.
            unflushed += (int)part.Length;
            if (unflushed >= CopyChunk)
            {
                unflushed = 0;
                if ((await writer.FlushAsync()).IsCompleted)
                {
                    return;
                }
            }
        }

        multipart.WriteEnd(writer);
        await writer.FlushAsync();
    }

    private Task StartSending(HttpContext context, OpenFile file, long offset, long count)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        if (body is not IHttpFileRegionFeature region)
        {
            return count <= SmallBody
                ? SendSmallAsync(context, body, file, offset, (int)count)
                : CopyAsync(context, body.Writer, file, offset, count, flushesEnd: !EndsWithAFlush(body, context));
        }

        if (count > SmallBody)
        {
            return region.SendFileAsync(file.Handle, offset, count);
        }

        // Once the headers are in the connection's own memory, the body's memory is the connection's too. Not flushed: the server
        // does that when the request ends, with both in one send.
        var starting = body.StartAsync();
        if (!starting.IsCompletedSuccessfully)
        {
            return SendSmallAfterAsync(starting, context, body.Writer, file, offset, (int)count);
        }

        ReadSmall(context, body.Writer, file, offset, (int)count);
        return Task.CompletedTask;
    }

    private async Task SendSmallAfterAsync(Task starting, HttpContext context, PipeWriter writer, OpenFile file, long offset, int count)
    {
        await starting;
        ReadSmall(context, writer, file, offset, count);
    }

    private Task SendSmallAsync(HttpContext context, IHttpResponseBodyFeature body, OpenFile file, long offset, int count)
    {
        if (!ReadSmall(context, body.Writer, file, offset, count) || EndsWithAFlush(body, context))
        {
            return Task.CompletedTask;
        }

        // A middleware may have put a writer of its own here, which nobody flushes when the request ends.
        var flush = body.Writer.FlushAsync();
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }

    private bool ReadSmall(HttpContext context, PipeWriter writer, OpenFile file, long offset, int count)
    {
        var memory = writer.GetSpan(count)[..count];
        for (var filled = 0; filled < count;)
        {
            var read = RandomAccess.Read(file.Handle, memory[filled..], offset + filled);
            if (read == 0)
            {
                AbortTruncated(context);
                return false;
            }

            filled += read;
        }

        writer.Advance(count);
        return true;
    }

    /// <summary>
    /// False when the connection has ended, or was aborted because the file became shorter. Without <paramref name="flushesEnd"/> the last
    /// bytes wait for the end of the request, and leave together with it.
    /// </summary>
    private async Task<bool> CopyAsync(HttpContext context, PipeWriter writer, OpenFile file, long offset, long count, bool flushesEnd)
    {
        for (var end = offset + count; offset < end && !context.RequestAborted.IsCancellationRequested;)
        {
            var memory = writer.GetMemory(CopyChunk);
            memory = memory[..(int)Math.Min(memory.Length, end - offset)];

            // Reading a file asynchronously is reading it on a thread of the pool: from one of those it would only be a move to another.
            var read = Thread.CurrentThread.IsThreadPoolThread
                ? RandomAccess.Read(file.Handle, memory.Span, offset)
                : await RandomAccess.ReadAsync(file.Handle, memory, offset);
            if (read == 0)
            {
                AbortTruncated(context);
                return false;
            }

            writer.Advance(read);
            offset += read;
            if (offset == end && !flushesEnd)
            {
                break;
            }

            var flush = await writer.FlushAsync();
            if (flush.IsCompleted || flush.IsCanceled)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether the server sends at the end of the request what was not flushed: over HTTP/2, where it has an end of the stream to send, and
    /// when what is written goes to the server itself, whose request is its own collection of features. Over HTTP/1 Kestrel flushes at the
    /// end only what it has not begun to send.
    /// </summary>
    private static bool EndsWithAFlush(IHttpResponseBodyFeature body, HttpContext context) =>
        ReferenceEquals(body, context.Features) && HttpProtocol.IsHttp2(context.Request.Protocol);

    // The length is promised: a client must see a broken connection, never padding or a shorter file that looks whole.
    private void AbortTruncated(HttpContext context)
    {
        StaticFilesLog.Truncated(logger, context.Request.Path.Value);
        context.Abort();
    }

    private static async Task ReleaseAfterAsync(Task sending, OpenFile file)
    {
        try
        {
            await sending;
        }
        finally
        {
            file.Release();
        }
    }
}
