using System.Buffers;
using System.Buffers.Binary;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Native;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>
/// Reads a directory by its descriptor, and its entries beneath it: what is swapped meanwhile may be missing or old, but nothing
/// outside is ever looked at.
/// </summary>
internal sealed class LinuxOpenDirectory : IOpenDirectory
{
    private const int BufferSize = 64 * 1024;
    private const int PathMax = 4096;

    // struct linux_dirent64 (getdents(2)): inode, offset, then these.
    private const int RecordLengthOffset = 16;
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    // d_type; 0 where the file system does not tell.
    private const byte DT_UNKNOWN = 0;
    private const byte DT_DIR = 4;
    private const byte DT_REG = 8;
    private const byte DT_LNK = 10;

    private const int AllMayRead = 0x124;
    private const int AllMayReadAndSearch = 0x16d;

    private readonly LinuxFileRoot _root;
    private readonly SafeFileHandle _handle;

    public LinuxOpenDirectory(LinuxFileRoot root, SafeFileHandle handle, in Statx stat)
    {
        _root = root;
        _handle = handle;
        Stamp = new DirectoryStamp(
            ((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor, stat.Inode, stat.ChangedSeconds, stat.ChangedNanoseconds);
    }

    public DirectoryStamp Stamp { get; }

    public bool TryRead(DirectorySnapshotBuilder entries)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (!entries.IsTruncated)
            {
                var length = Libc.GetDirectoryEntries(_handle, buffer);
                if (length <= 0)
                {
                    return length == 0;
                }

                AddAll(buffer.AsSpan(0, length), entries);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _handle.Dispose();

    private void AddAll(ReadOnlySpan<byte> records, DirectorySnapshotBuilder entries)
    {
        while (!records.IsEmpty && !entries.IsTruncated)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(records[RecordLengthOffset..]);
            var type = records[TypeOffset];
            var name = records[NameOffset..length];
            var terminated = name[..(name.IndexOf((byte)0) + 1)];
            if (type is DT_REG or DT_DIR or DT_LNK or DT_UNKNOWN && entries.Lists(terminated[..^1]))
            {
                Add(terminated, entries);
            }

            records = records[length..];
        }
    }

    private void Add(ReadOnlySpan<byte> terminated, DirectorySnapshotBuilder entries)
    {
        // Where the path would be too long, so would be every request's.
        if (entries.Path.Length + 1 + terminated.Length > PathMax || Libc.StatEntry(_handle, terminated, out var stat) != 0)
        {
            return;
        }

        var type = stat.Type;
        if (type == Statx.S_IFLNK)
        {
            type = TypeBehindLink(terminated, entries.Path, out stat);
        }
        else if (!MayBeRead(terminated, stat))
        {
            return;
        }

        var name = terminated[..^1];
        if (type == Statx.S_IFDIR || (type == Statx.S_IFREG && entries.ListsFile(name)))
        {
            entries.Add(name, type == Statx.S_IFDIR, (long)stat.Size, stat.ModifiedSeconds);
        }
    }

    private int TypeBehindLink(ReadOnlySpan<byte> terminated, ReadOnlySpan<byte> directory, out Statx stat)
    {
        Span<byte> path = stackalloc byte[PathMax];
        var start = 0;
        if (!directory.IsEmpty)
        {
            directory.CopyTo(path);
            path[directory.Length] = (byte)'/';
            start = directory.Length + 1;
        }

        terminated.CopyTo(path[start..]);
        return _root.Resolve(path[..(start + terminated.Length)], out stat) is OpenOutcome.File or OpenOutcome.Directory ? stat.Type : 0;
    }

    // The bits alone answer for most files; for the others the kernel does, which knows about users, groups and ACLs.
    private bool MayBeRead(ReadOnlySpan<byte> terminated, in Statx stat) => stat.Type == Statx.S_IFDIR
        ? (stat.Mode & AllMayReadAndSearch) == AllMayReadAndSearch || Libc.MayAccess(_handle, terminated, Libc.R_OK | Libc.X_OK)
        : (stat.Mode & AllMayRead) == AllMayRead || Libc.MayAccess(_handle, terminated, Libc.R_OK);
}
