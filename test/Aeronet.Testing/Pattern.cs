namespace Aeronet.Testing;

/// <summary>
/// An endless sequence of bytes in which every position is known, so that a lost, doubled or swapped block is found where it is.
/// </summary>
public static class Pattern
{
    // A prime: no power-of-two block looks like its neighbour.
    private const int Period = 65521;

    private static readonly byte[] Table = MakeTable();

    /// <summary><paramref name="count"/> bytes of the sequence, from a position on.</summary>
    public static byte[] Bytes(int count, long position = 0)
    {
        var bytes = new byte[count];
        Fill(bytes, position);
        return bytes;
    }

    /// <summary>Fills a span with the sequence, from a position on.</summary>
    public static void Fill(Span<byte> destination, long position = 0)
    {
        while (!destination.IsEmpty)
        {
            var part = Next(position, destination.Length);
            part.CopyTo(destination);
            destination = destination[part.Length..];
            position += part.Length;
        }
    }

    /// <summary>The position of the first byte that is not the sequence's, or -1.</summary>
    public static long FindMismatch(ReadOnlySpan<byte> bytes, long position = 0)
    {
        while (!bytes.IsEmpty)
        {
            var part = Next(position, bytes.Length);
            var common = bytes.CommonPrefixLength(part);
            if (common < part.Length)
                return position + common;

            bytes = bytes[part.Length..];
            position += part.Length;
        }

        return -1;
    }

    /// <summary>Reads a stream to its end, checking every byte; returns the length.</summary>
    public static async Task<long> VerifyAsync(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new byte[64 * 1024];
        var position = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            var mismatch = FindMismatch(buffer.AsSpan(0, read), position);
            if (mismatch >= 0)
                throw new InvalidDataException($"Byte {mismatch} is wrong, in a read of {read} bytes at {position}.");

            position += read;
        }

        return position;
    }

    /// <summary>Writes the first <paramref name="count"/> bytes of the sequence, in steps.</summary>
    public static async Task WriteAsync(Stream stream, long count, int step = 64 * 1024, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = new byte[step];
        for (var position = 0L; position < count;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(step, count - position));
            Fill(part.Span, position);
            await stream.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            position += part.Length;
        }
    }

    private static ReadOnlySpan<byte> Next(long position, int atMost)
    {
        var start = (int)(position % Period);
        return Table.AsSpan(start, Math.Min(Period - start, atMost));
    }

    private static byte[] MakeTable()
    {
        var table = new byte[Period];
        new Random(20).NextBytes(table);
        return table;
    }
}
