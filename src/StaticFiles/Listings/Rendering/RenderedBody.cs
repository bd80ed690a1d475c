using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>A whole body in pooled memory, with the tag and length that only a whole one has.</summary>
internal sealed class RenderedBody : IDisposable
{
    /// <summary>
    /// The most bytes of one: several times what 10,000 entries with the longest names take. A page with more is an error, never a part.
    /// </summary>
    public const int MaxBytes = 64 << 20;

    private const int TagBytes = 16;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private static readonly PipeOptions Unbounded = new(
        pauseWriterThreshold: 0, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false);

    private readonly PipeReader _reader;
    private readonly ReadOnlySequence<byte> _content;

    private RenderedBody(PipeReader reader, in ReadOnlySequence<byte> content)
    {
        _reader = reader;
        _content = content;
        ETag = $"\"{Hash(content)}\"";
    }

    public long Length => _content.Length;

    /// <summary>A strong validator, with its quotes: the same bytes have the same one.</summary>
    public string ETag { get; }

    /// <summary>Takes what <paramref name="write"/> writes, as UTF-8.</summary>
    /// <exception cref="PageTooLargeException">It writes more than <see cref="MaxBytes"/>.</exception>
    public static Task<RenderedBody> CreateAsync(Func<TextWriter, Task> write) => CreateAsync(async (PipeWriter output) =>
    {
        await using var text = new StreamWriter(output.AsStream(leaveOpen: true), Utf8);
        await write(text);
    });

    /// <summary>Takes what <paramref name="write"/> writes.</summary>
    /// <exception cref="PageTooLargeException">It writes more than <see cref="MaxBytes"/>.</exception>
    public static async Task<RenderedBody> CreateAsync(Func<PipeWriter, Task> write)
    {
        var pipe = new Pipe(Unbounded);
        try
        {
            await write(new BoundedPipeWriter(pipe.Writer, MaxBytes));
            await pipe.Writer.CompleteAsync();
            var result = await pipe.Reader.ReadAsync();
            return new RenderedBody(pipe.Reader, result.Buffer);
        }
        catch
        {
            await pipe.Writer.CompleteAsync();
            await pipe.Reader.CompleteAsync();
            throw;
        }
    }

    public async Task SendAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        foreach (var segment in _content)
        {
            var flush = await output.WriteAsync(segment, cancellationToken);
            if (flush.IsCompleted)
            {
                return;
            }
        }
    }

    public void Dispose() => _reader.Complete();

    private static string Hash(in ReadOnlySequence<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var segment in content)
        {
            hash.AppendData(segment.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, TagBytes));
    }
}
