using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.Requests;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// One version of a file: its descriptor and the header fields that say so, made once. Counted by hand and not by the
/// handle, which can only be disposed and then refuses the responses that are still sending from it.
/// </summary>
internal sealed class OpenFile
{
    private int _references = 1;

    /// <summary>Takes over <paramref name="handle"/>; the caller holds the first reference.</summary>
    public OpenFile(SafeFileHandle handle, in FileStat stat, string contentType)
    {
        Handle = handle;
        Stat = stat;
        ContentType = contentType;
        ETag = string.Create(
            CultureInfo.InvariantCulture,
            $"\"{stat.Inode:x}-{stat.Size:x}-{unchecked((stat.ModifiedSeconds * 1_000_000_000) + stat.ModifiedNanoseconds):x}\"");

        // Never later than the response's Date (RFC 9110 section 8.8.2.1).
        LastModifiedSeconds = Math.Clamp(stat.ModifiedSeconds, 0, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        LastModified = HttpDate.Format(LastModifiedSeconds);
    }

    public SafeFileHandle Handle { get; }

    public FileStat Stat { get; }

    public string ContentType { get; }

    /// <summary>A strong validator with its quotes: inode, size and modification time in nanoseconds, in hexadecimal.</summary>
    public string ETag { get; }

    public string LastModified { get; }

    /// <summary>The same as <see cref="LastModified"/>, seconds since 1970 UTC.</summary>
    public long LastModifiedSeconds { get; }

    /// <summary>Takes a reference, unless the last one is gone and the file is closed.</summary>
    public bool TryAddReference()
    {
        var references = Volatile.Read(ref _references);
        while (references > 0)
        {
            var seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references)
            {
                return true;
            }

            references = seen;
        }

        return false;
    }

    /// <summary>Gives a reference back; the last one closes the file.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            Handle.Dispose();
        }
    }
}
