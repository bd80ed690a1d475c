namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>A part of a file: <paramref name="Length"/> bytes, at least one, from <paramref name="Start"/> on.</summary>
internal readonly record struct ByteRange(long Start, long Length)
{
    /// <summary>The last byte's position, as Content-Range names it.</summary>
    public long Last => Start + Length - 1;

    /// <summary>How many bytes lie between the two; negative when they overlap, 0 when they touch.</summary>
    public long Distance(ByteRange other) => Math.Max(Start, other.Start) - Math.Min(Last, other.Last) - 1;

    /// <summary>The smallest range that holds both.</summary>
    public ByteRange Join(ByteRange other)
    {
        var start = Math.Min(Start, other.Start);
        return new ByteRange(start, Math.Max(Last, other.Last) - start + 1);
    }
}
