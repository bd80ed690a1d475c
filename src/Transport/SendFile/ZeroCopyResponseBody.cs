using System.IO.Pipelines;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.SendFile;

/// <summary>
/// The response body feature of an HTTP/1 request on an Aeronet connection. Everything but files goes to Kestrel's own.
/// A file goes out by the placeholder region: the connection's output is armed with the file, answers Kestrel's request
/// for memory with a marker, and what Kestrel advances over is sent by the kernel. Kestrel counts the bytes as written,
/// so its Content-Length checks hold. One object a connection: HTTP/1 has one request at a time.
/// </summary>
internal sealed class ZeroCopyResponseBody(IFileRegionOutput output, TransportMetrics metrics) : IHttpResponseBodyFeature, IHttpFileRegionFeature
{
    /// <summary>Up to here reading the file costs less than the second system call for it.</summary>
    internal const int SmallFile = 8 * 1024;

    private const int CopyChunk = 64 * 1024;

    // From the first file on.
    private SlowReaderWatch? _slowReader;
    private HttpContext _context = null!;
    private IHttpResponseBodyFeature _kestrel = null!;

    // Which of the connection's requests this serves: what an application did not wait for must not go on in the next one's response.
    private int _request;

    public Stream Stream => _kestrel.Stream;

    public PipeWriter Writer => _kestrel.Writer;

    public void DisableBuffering() => _kestrel.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => _kestrel.StartAsync(cancellationToken);

    public Task CompleteAsync() => _kestrel.CompleteAsync();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        if (WhyNotZeroCopy() is { } reason)
        {
            metrics.FellBack(reason);
            return _kestrel.SendFileAsync(path, offset, count, cancellationToken);
        }

        return OpenAndSend(path, offset, count, cancellationToken);
    }

    public Task SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        var reason = WhyNotZeroCopy() ?? (count <= SmallFile ? CopyReason.Small : null);
        return reason is null
            ? SendRegion(file, offset, count, cancellationToken)
            : Copy(file, offset, count, reason.Value, cancellationToken);
    }

    /// <summary>Makes this the body of the request that begins.</summary>
    internal void Attach(HttpContext context, IHttpResponseBodyFeature kestrel)
    {
        Interlocked.Increment(ref _request);
        _context = context;
        _kestrel = kestrel;
    }

    private async Task OpenAndSend(string path, long offset, long? count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var file = TryOpen(path);
        if (file is null)
        {
            // Fails again, with the exception that applications expect of it.
            await _kestrel.SendFileAsync(path, offset, count, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!FileTypes.TryGetRegularFileSize(file, out var size))
        {
            metrics.FellBack(CopyReason.NotRegularFile);
            await _kestrel.SendFileAsync(path, offset, count, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (offset < 0 || offset > size)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The file has {size} bytes.");
        }

        if (count < 0 || count > size - offset)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The file has {size} bytes, and {offset} are skipped.");
        }

        await SendFileAsync(file, offset, count ?? size - offset, cancellationToken).ConfigureAwait(false);
    }

    private void EnsureServes(int request) => ObjectDisposedException.ThrowIf(request != _request, this);

    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The reason why this response cannot take a region; null when it can.</summary>
    private CopyReason? WhyNotZeroCopy()
    {
        var response = _context.Response;
        if (response.Headers.TransferEncoding.Count > 0)
        {
            return CopyReason.TransferEncoding;
        }

        // Kestrel does not forward what is written where no body is sent.
        if (HttpMethods.IsHead(_context.Request.Method)
            || response.StatusCode is < 200 or StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
        {
            return CopyReason.NoBody;
        }

        // Without a length Kestrel frames the body itself, in chunks, and would write into the marker.
        return response.ContentLength is null ? CopyReason.NoContentLength : null;
    }

    private async Task SendRegion(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken)
    {
        // The head goes to the output first, unsent, so that it stands before the region. Starting runs what others
        // registered for it, and that may have changed how the body is framed.
        var request = _request;
        await _kestrel.StartAsync(cancellationToken).ConfigureAwait(false);
        EnsureServes(request);
        var reason = WhyNotZeroCopy() ?? (TryWriteRegion(file, offset, count) ? null : CopyReason.OutputWrapped);
        if (reason is not null)
        {
            await Copy(file, offset, count, reason.Value, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!output.SendsFilesByKernel)
        {
            // Still by the region: one copy, where Kestrel would make two and wait for each.
            metrics.FellBack(CopyReason.UserSpaceTls);
        }

        var rateFeature = _context.Features.Get<IHttpMinResponseDataRateFeature>();
        if (rateFeature?.MinDataRate is not { } rate)
        {
            await Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        // Kestrel's timer would take the one pending flush for a stalled one. Ours stands in for it until the file is sent.
        rateFeature.MinDataRate = null;
        try
        {
            var flush = Writer.FlushAsync(cancellationToken);
            if (!flush.IsCompleted && _context.Features.Get<IConnectionHeartbeatFeature>() is { } heartbeat)
            {
                (_slowReader ??= new SlowReaderWatch(output)).Start(rate, heartbeat);
            }

            await flush.ConfigureAwait(false);
        }
        finally
        {
            if (request == _request)
            {
                _slowReader?.Stop();
                rateFeature.MinDataRate = rate;
            }
        }
    }

    /// <summary>
    /// Writes the region into the response. False when the memory that comes back is not the marker: somebody stands
    /// between, or a pending flush makes Kestrel buffer.
    /// </summary>
    private bool TryWriteRegion(SafeFileHandle file, long offset, long count)
    {
        if (!output.TryArm(file, offset, count))
        {
            return false;
        }

        try
        {
            var writer = Writer;
            while (count > 0)
            {
                if (!FileRegion.IsMarker(writer.GetMemory(1)))
                {
                    return false;
                }

                var step = (int)Math.Min(count, int.MaxValue);
                writer.Advance(step);
                count -= step;
            }

            return true;
        }
        finally
        {
            output.Disarm();
        }
    }

    private async Task Copy(SafeFileHandle file, long offset, long count, CopyReason reason, CancellationToken cancellationToken)
    {
        metrics.FellBack(reason);
        var request = _request;
        await _kestrel.StartAsync(cancellationToken).ConfigureAwait(false);
        var writer = Writer;
        while (count > 0)
        {
            EnsureServes(request);
            var memory = writer.GetMemory((int)Math.Min(count, CopyChunk));
            var read = RandomAccess.Read(file, memory.Span[..(int)Math.Min(memory.Length, count)], offset);
            if (read == 0)
            {
                // Shorter than promised: the client must not take what it has for the whole.
                output.AbortTruncatedFile(count);
                return;
            }

            writer.Advance(read);
            offset += read;
            count -= read;
            var flush = await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (flush.IsCompleted)
            {
                return;
            }
        }
    }
}
