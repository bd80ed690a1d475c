using System.Text;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Names;

namespace Aeronet.AspNetCore.StaticFiles.Files.Directories;

/// <summary>
/// What a directory had when it was read: two arrays, whatever the number of entries, and one of numbers for each order that was
/// asked for.
/// </summary>
internal sealed class DirectorySnapshot
{
    private const int QuicklySorted = 2048;

    private readonly SnapshotEntry[] _entries;
    private readonly byte[] _names;
    private readonly int[]?[] _orders = new int[Enum.GetValues<DirectoryIndexSort>().Length][];

    public DirectorySnapshot(
        in DirectoryStamp stamp, DateTimeOffset takenAt, SnapshotEntry[] entries, byte[] names, bool isTruncated)
    {
        _entries = entries;
        _names = names;
        (Stamp, TakenAt, IsTruncated) = (stamp, takenAt, isTruncated);
        foreach (ref readonly var entry in entries.AsSpan())
        {
            if (entry.IsDirectory)
            {
                DirectoryCount++;
            }
            else if (IsBetterReadme(entry))
            {
                Readme = entry;
            }
        }
    }

    /// <summary>The directory's stamp before it was read.</summary>
    public DirectoryStamp Stamp { get; }

    /// <summary>When reading began.</summary>
    public DateTimeOffset TakenAt { get; }

    public bool IsTruncated { get; }

    public int Count => _entries.Length;

    public int DirectoryCount { get; }

    /// <summary>The file named README.md, in whatever case; capitals before small letters where there are several.</summary>
    public SnapshotEntry? Readme { get; }

    /// <summary>Bytes it takes, with every order.</summary>
    public long Cost => 256 + _names.Length + (_entries.Length * (24L + (sizeof(int) * _orders.Length)));

    public SnapshotEntry this[int index] => _entries[index];

    public ReadOnlySpan<byte> NameOf(in SnapshotEntry entry) => _names.AsSpan(entry.NameStart, entry.NameLength);

    /// <summary>Makes an order ready, off the caller's thread if that takes long.</summary>
    public Task PrepareAsync(DirectoryIndexSort sort) => Count <= QuicklySorted || Volatile.Read(ref _orders[(int)sort]) is not null
        ? Task.CompletedTask
        : Task.Run(() => OrderBy(sort));

    /// <summary>The entry at <paramref name="position"/> of an order: directories first, then as <paramref name="sort"/> says.</summary>
    public ref readonly SnapshotEntry At(DirectoryIndexSort sort, bool descending, int position)
    {
        var order = OrderBy(sort);

        // Descending turns each of the two groups round, not the whole.
        var index = !descending ? position
            : position < DirectoryCount ? DirectoryCount - 1 - position
            : Count - 1 - (position - DirectoryCount);
        return ref _entries[order[index]];
    }

    private bool IsBetterReadme(in SnapshotEntry entry)
    {
        var name = NameOf(entry);
        return Ascii.EqualsIgnoreCase(name, "README.md"u8)
            && (Readme is not { } other || name.SequenceCompareTo(NameOf(other)) < 0);
    }

    // Made by the first who asks; two who ask at once make the same.
    private int[] OrderBy(DirectoryIndexSort sort)
    {
        ref var order = ref _orders[(int)sort];
        if (Volatile.Read(ref order) is { } made)
        {
            return made;
        }

        made = new int[_entries.Length];
        for (var i = 0; i < made.Length; i++)
        {
            made[i] = i;
        }

        made.AsSpan().Sort((left, right) => Compare(sort, _entries[left], _entries[right]));
        Volatile.Write(ref order, made);
        return made;
    }

    private int Compare(DirectoryIndexSort sort, in SnapshotEntry left, in SnapshotEntry right)
    {
        if (left.IsDirectory != right.IsDirectory)
        {
            return left.IsDirectory ? -1 : 1;
        }

        var byKey = sort switch
        {
            DirectoryIndexSort.Size => left.Size.CompareTo(right.Size),
            DirectoryIndexSort.Date => left.ModifiedSeconds.CompareTo(right.ModifiedSeconds),
            _ => 0,
        };
        return byKey != 0 ? byKey : NameOrder.Compare(NameOf(left), NameOf(right));
    }
}
