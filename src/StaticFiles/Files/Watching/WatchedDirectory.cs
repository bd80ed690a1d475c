namespace Aeronet.AspNetCore.StaticFiles.Files.Watching;

/// <summary>
/// A directory on the way to files that are kept open. The table of such directories is the watcher's; requests only compare
/// <see cref="ChangedAt"/> with the time at which they looked a name up.
/// </summary>
internal sealed class WatchedDirectory(string name, WatchedDirectory? parent, int watch, long createdAt)
{
    /// <summary>The watch of a directory that cannot be watched, and of one that is no longer.</summary>
    public const int None = -1;

    private long _changedAt = createdAt;
    private int _users;

    /// <summary>Its name in <see cref="Parent"/>.</summary>
    public string Name { get; } = name;

    public WatchedDirectory? Parent { get; } = parent;

    /// <summary>The number of its watch. Guarded by the watcher's lock.</summary>
    public int Watch { get; set; } = watch;

    /// <summary>Directories in it on the way to files. Guarded by the watcher's lock.</summary>
    public Dictionary<string, WatchedDirectory> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// When a name in it last came, went or moved, or it was first watched, by the watcher's own count; <see cref="long.MaxValue"/> once
    /// it may no longer be what its path leads to.
    /// </summary>
    public long ChangedAt
    {
        get => Volatile.Read(ref _changedAt);
        set => Volatile.Write(ref _changedAt, value);
    }

    /// <summary>Whether files that are kept open were found in it, or directories in it are watched.</summary>
    public bool IsInUse => Volatile.Read(ref _users) > 0 || Children.Count > 0;

    /// <summary>Says that a file found in it is kept open. From any thread.</summary>
    public void AddUser() => Interlocked.Increment(ref _users);

    /// <summary>The end of <see cref="AddUser"/>.</summary>
    public void RemoveUser() => Interlocked.Decrement(ref _users);
}
