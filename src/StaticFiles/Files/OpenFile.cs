using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// One version of a file: its descriptor and the header fields that say so, made once. Counted by hand and not by the
/// handle, which can only be disposed and then refuses the responses that are still sending from it.
/// </summary>
internal sealed class OpenFile
{
    // Two changes within one tick of the kernel's clock (10 ms at most) get the same times. A time of whole seconds comes from a file
    // system that knows no finer ones (FAT: 2 s), or from a tool that set it.
    private const long FineTick = 20;
    private const long CoarseTick = 2000;

    // The process's own clock stands still for a tick of the kernel's, too.
    private const long ClockLag = 11;

    // Dates before there was a Web are not of files: containers and ostree set 1970-01-01, Nix a second later, ZIP begins with 1980,
    // npm has 1985-10-26 in every package. What all versions share tells none from another.
    private const long EarliestDate = 631_152_000;

    private readonly string _metadataTag;
    private readonly string _weakTag;
    private readonly string _codingSuffix;
    private readonly bool _isTaggedByContent;
    private readonly long _settledAt;
    private string? _contentTag;
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
        _codingSuffix = description.Coding is { Name: var name } ? "-" + name : "";
        var metadata = string.Create(
            CultureInfo.InvariantCulture,
            $"{stat.Inode:x}-{stat.Size:x}-{Nanoseconds(stat.ModifiedSeconds, stat.ModifiedNanoseconds):x}-"
                + $"{Nanoseconds(stat.ChangedSeconds, stat.ChangedNanoseconds):x}{_codingSuffix}");
        _metadataTag = stat.IsIdentity ? $"\"{metadata}\"" : $"W/\"{metadata}\"";

        // Another text than the strong one's: what a client got by it must not match later by weak comparison.
        _weakTag = $"W/\"{metadata}-r\"";
        _isTaggedByContent = description.IsTaggedByContent;
        if (description.ContentHash is { } hash)
        {
            // Of a copy that nobody can change.
            SetContentHash(hash);
        }
        else
        {
            _settledAt = Math.Max(
                SettledAt(stat.ModifiedSeconds, stat.ModifiedNanoseconds),
                stat.ChangedSeconds == 0 ? 0 : SettledAt(stat.ChangedSeconds, stat.ChangedNanoseconds));
        }

        // Never later than the response's Date (RFC 9110 section 8.8.2.1).
        LastModifiedSeconds = Math.Clamp(stat.ModifiedSeconds, 0, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        LastModified = stat.ModifiedSeconds >= EarliestDate ? HttpDate.Format(LastModifiedSeconds) : null;
    }

    public SafeFileHandle Handle { get; }

    public FileStat Stat { get; }

    public FileDescription Description { get; }

    /// <summary>The same content in codings, in order of preference. They live as long as this.</summary>
    public OpenFile[] Variants { get; }

    /// <summary>
    /// With its quotes: inode, size, modification and change time in nanoseconds, or the content's hash. Weak as long as another change
    /// could leave those times as they are (RFC 9110 section 8.8.1), and where the file system keeps no change time.
    /// </summary>
    public string ETag => !IsSettled ? _weakTag : _isTaggedByContent ? Volatile.Read(ref _contentTag) ?? _weakTag : _metadataTag;

    /// <summary>Whether <see cref="ETag"/> would be strong if the content's hash were known.</summary>
    public bool NeedsContentHash => _isTaggedByContent && Volatile.Read(ref _contentTag) is null && IsSettled;

    /// <summary>Whether any further change will show in the times.</summary>
    public bool IsSettled => _settledAt == 0 || Environment.TickCount64 >= _settledAt;

    /// <summary>HTTP-date of the last change of content; null where the file has a date that many versions of many files share.</summary>
    public string? LastModified { get; }

    /// <summary>The last change of content, seconds since 1970 UTC, not in the future.</summary>
    public long LastModifiedSeconds { get; }

    /// <summary>
    /// Whether the second that <see cref="LastModified"/> names can have but one version (section 8.8.2.2): it is over, and the file was
    /// not changed after it. One whose date was set by a tool was.
    /// </summary>
    public bool IsDateStrong => LastModified is not null
        && Stat.ChangedSeconds == Stat.ModifiedSeconds
        && DateTimeOffset.UtcNow.ToUnixTimeSeconds() > Stat.ModifiedSeconds;

    /// <summary>Makes the tag of the content. To be called with the hash of what the file has while it is settled.</summary>
    public void SetContentHash(string hash) => Volatile.Write(ref _contentTag, $"\"{hash}{_codingSuffix}\"");

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

    private static long SettledAt(long seconds, uint nanoseconds)
    {
        var age = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (seconds * 1000) - (nanoseconds / 1_000_000);
        var wait = (nanoseconds == 0 ? CoarseTick : FineTick) - age;
        return wait <= 0 ? 0 : Environment.TickCount64 + wait + ClockLag;
    }

    private static long Nanoseconds(long seconds, uint rest) => unchecked((seconds * 1_000_000_000) + rest);
}
