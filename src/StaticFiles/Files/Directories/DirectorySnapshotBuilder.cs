using System.Runtime.InteropServices;
using System.Text;

namespace Aeronet.AspNetCore.StaticFiles.Files.Directories;

/// <summary>Gathers the entries of one directory, up to a limit.</summary>
internal sealed class DirectorySnapshotBuilder(EntryRules rules, int maxEntries, byte[] path)
{
    // What DateTimeOffset can hold; file systems allow more.
    private static readonly long Earliest = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly List<SnapshotEntry> _entries = [];
    private readonly List<byte> _names = [];

    // Of layers before the present one, byte for byte; null in the first.
    private HashSet<string>? _taken;

    /// <summary>The directory relative to the root, without a slash or NUL at the end.</summary>
    public ReadOnlySpan<byte> Path => path;

    /// <summary>Set when there was an entry more than the limit: reading can stop.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Whether an entry of that name may be added at all; asked before its file is looked at.</summary>
    public bool Lists(ReadOnlySpan<byte> name) => rules.Lists(name, isAtMount: path.Length == 0);

    /// <summary>Whether a regular file of that name may be added.</summary>
    public bool ListsFile(ReadOnlySpan<byte> name) => rules.ListsFile(name);

    /// <summary>From now on leaves out what is there already by its name.</summary>
    public void BeginLayer()
    {
        if (_entries.Count > 0)
        {
            _taken = [.. _entries.Select(entry => Encoding.Latin1.GetString(CollectionsMarshal.AsSpan(_names).Slice(entry.NameStart, entry.NameLength)))];
        }
    }

    public void Add(ReadOnlySpan<byte> name, bool isDirectory, long size, long modifiedSeconds)
    {
        if (_taken?.Contains(Encoding.Latin1.GetString(name)) == true)
        {
            return;
        }

        if (_entries.Count == maxEntries)
        {
            IsTruncated = true;
            return;
        }

        _entries.Add(new SnapshotEntry(
            _names.Count, (ushort)name.Length, isDirectory, isDirectory ? 0 : size, Math.Clamp(modifiedSeconds, Earliest, Latest)));
        _names.AddRange(name);
    }

    /// <summary>The snapshot of what was added.</summary>
    public DirectorySnapshot Build(in DirectoryStamp stamp, DateTimeOffset takenAt)
        => new(stamp, takenAt, CollectionsMarshal.AsSpan(_entries).ToArray(), CollectionsMarshal.AsSpan(_names).ToArray(), IsTruncated);
}
