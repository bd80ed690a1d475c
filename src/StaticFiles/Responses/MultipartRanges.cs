using System.Buffers.Text;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.Requests;

namespace Aeronet.AspNetCore.StaticFiles.Responses;

/// <summary>
/// The frame of a multipart/byteranges body (RFC 9110 section 14.6): what stands before, between and behind the parts. Its length is
/// known before anything is sent.
/// </summary>
internal sealed class MultipartRanges
{
    // The file was there before the boundary was drawn: that 128 random bits are in it is as likely as guessing a key.
    private const int BoundaryLength = 32;
    private const int MaxDigits = 19;

    private readonly ByteRange[] _parts;
    private readonly byte[] _beforeRange;
    private readonly byte[] _behindRange;
    private readonly byte[] _end;

    /// <param name="parts">What to send, in order.</param>
    /// <param name="size">Bytes of the whole file.</param>
    /// <param name="contentType">Content type of the file, which every part repeats.</param>
    public MultipartRanges(ByteRange[] parts, long size, string contentType)
    {
        var boundary = RandomNumberGenerator.GetHexString(BoundaryLength, lowercase: true);
        _parts = parts;
        _beforeRange = Encoding.Latin1.GetBytes($"\r\n--{boundary}\r\nContent-Type: {contentType}\r\nContent-Range: bytes ");
        _behindRange = Encoding.Latin1.GetBytes($"/{size}\r\n\r\n");
        _end = Encoding.Latin1.GetBytes($"\r\n--{boundary}--\r\n");
        ContentType = $"multipart/byteranges; boundary={boundary}";
        Length = CountBytes();
    }

    /// <summary>Content type of the response.</summary>
    public string ContentType { get; }

    /// <summary>Content length of the response.</summary>
    public long Length { get; }

    public ReadOnlySpan<ByteRange> Parts => _parts;

    /// <summary>Writes what stands before the bytes of one part, without flushing.</summary>
    /// <returns>How many bytes that is.</returns>
    public int WriteHead(PipeWriter writer, int index)
    {
        var part = _parts[index];

        // The line break belongs to the boundary behind a part; before the first there is nothing to end.
        var before = _beforeRange.AsSpan(index == 0 ? 2 : 0);
        var span = writer.GetSpan(before.Length + MaxDigits + 1 + MaxDigits + _behindRange.Length);
        before.CopyTo(span);
        var length = before.Length;
        Utf8Formatter.TryFormat(part.Start, span[length..], out var written);
        length += written;
        span[length++] = (byte)'-';
        Utf8Formatter.TryFormat(part.Last, span[length..], out written);
        length += written;
        _behindRange.CopyTo(span[length..]);
        length += _behindRange.Length;
        writer.Advance(length);
        return length;
    }

    /// <summary>Writes what ends the body, without flushing.</summary>
    public void WriteEnd(PipeWriter writer)
    {
        _end.CopyTo(writer.GetSpan(_end.Length));
        writer.Advance(_end.Length);
    }

    private long CountBytes()
    {
        var length = (long)_end.Length - 2;
        foreach (var part in _parts)
        {
            length += _beforeRange.Length + CountDigits(part.Start) + 1 + CountDigits(part.Last) + _behindRange.Length + part.Length;
        }

        return length;
    }

    private static int CountDigits(long number)
    {
        var digits = 1;
        for (; number >= 10; number /= 10)
        {
            digits++;
        }

        return digits;
    }
}
