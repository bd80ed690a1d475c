namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>A part of a file: <paramref name="Length"/> bytes, at least one, from <paramref name="Start"/> on.</summary>
internal readonly record struct ByteRange(long Start, long Length)
{
    /// <summary>The last byte's position, as Content-Range names it.</summary>
    public long Last => Start + Length - 1;
}
