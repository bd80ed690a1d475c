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
    // Two changes within one tick of the kernel's clock (10 ms at most) get the same modification time. A time of whole seconds
    // comes from a file system that knows no finer ones (FAT: 2 s), or from a tool that set it.
    private const long FineTick = 20;
    private const long CoarseTick = 2000;

    // The process's own clock stands still for a tick of the kernel's, too.
    private const long ClockLag = 11;

    private readonly string _strongTag;
    private readonly string _weakTag;
    private readonly long _settledAt;
    private int _references = 1;

    /// <summary>Takes over <paramref name="handle"/> and the first reference to each variant; the caller holds the first reference to this.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="stat">What the descriptor told.</param>
    /// <param name="description">What else is said of it.</param>
    /// <param name="variants">The same content in codings, in order of preference; null or empty for none.</param>
    public OpenFile(SafeFileHandle handle, in FileStat stat, FileDescription description, OpenFile[]? variants = null)
    {
        Handle = handle;
        Stat = stat;
        Description = description;
        Variants = variants ?? [];

        // The coding is in it because file systems without inode numbers could make the original's tag of the same size and time.
        var coding = description.Coding is { Name: var name } ? "-" + name : "";
        var metadata = string.Create(
            CultureInfo.InvariantCulture,
            $"{stat.Inode:x}-{stat.Size:x}-{unchecked((stat.ModifiedSeconds * 1_000_000_000) + stat.ModifiedNanoseconds):x}{coding}");
        _strongTag = description.ContentHash is { } hash ? $"\"{hash}{coding}\"" : $"\"{metadata}\"";

        // Another text than the strong one's: what a client got by it must not match later by weak comparison.
        _weakTag = $"W/\"{metadata}-r\"";
        _settledAt = SettledAt(stat);

        // Never later than the response's Date (RFC 9110 section 8.8.2.1).
        LastModifiedSeconds = Math.Clamp(stat.ModifiedSeconds, 0, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        LastModified = HttpDate.Format(LastModifiedSeconds);
    }

    public SafeFileHandle Handle { get; }

    public FileStat Stat { get; }

    public FileDescription Description { get; }

    /// <summary>The same content in codings, in order of preference. They live as long as this.</summary>
    public OpenFile[] Variants { get; }

    /// <summary>
    /// With its quotes: inode, size and modification time in nanoseconds, or the content's hash. Weak as long as another change could
    /// leave the modification time as it is (RFC 9110 section 8.8.1).
    /// </summary>
    public string ETag => IsSettled ? _strongTag : _weakTag;

    /// <summary>Whether any further change will show in the modification time.</summary>
    public bool IsSettled => _settledAt == 0 || Environment.TickCount64 >= _settledAt;

    /// <summary>Whether it has become so after it was opened.</summary>
    public bool HasSettledSinceOpened => _settledAt != 0 && IsSettled;

    public string LastModified { get; }

    /// <summary>The same as <see cref="LastModified"/>, seconds since 1970 UTC.</summary>
    public long LastModifiedSeconds { get; }

    /// <summary>Whether the second that <see cref="LastModified"/> names is over, so that it can have but one version (section 8.8.2.2).</summary>
    public bool IsDateStrong => DateTimeOffset.UtcNow.ToUnixTimeSeconds() > Stat.ModifiedSeconds;

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
        if (Interlocked.Decrement(ref _references) != 0)
        {
            return;
        }

        Handle.Dispose();
        foreach (var variant in Variants)
        {
            variant.Release();
        }
    }

    private static long SettledAt(in FileStat stat)
    {
        var age = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (stat.ModifiedSeconds * 1000) - (stat.ModifiedNanoseconds / 1_000_000);
        var wait = (stat.ModifiedNanoseconds == 0 ? CoarseTick : FineTick) - age;
        return wait <= 0 ? 0 : Environment.TickCount64 + wait + ClockLag;
    }
}
