using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>struct inotify_event (inotify(7)): watch, mask, cookie and length, four bytes each, and a name with NULs behind it.</summary>
/// <param name="watch">The number of the watch; -1 for none.</param>
/// <param name="mask">What happened.</param>
/// <param name="name">The entry of the directory; empty for the directory itself.</param>
internal readonly ref struct InotifyEvent(int watch, uint mask, ReadOnlySpan<byte> name)
{
    internal const uint IN_ATTRIB = 0x4;
    internal const uint IN_MOVED_FROM = 0x40;
    internal const uint IN_MOVED_TO = 0x80;
    internal const uint IN_CREATE = 0x100;
    internal const uint IN_DELETE = 0x200;
    internal const uint IN_DELETE_SELF = 0x400;
    internal const uint IN_MOVE_SELF = 0x800;
    internal const uint IN_UNMOUNT = 0x2000;
    internal const uint IN_Q_OVERFLOW = 0x4000;
    internal const uint IN_IGNORED = 0x8000;

    internal const int HeadLength = 16;
    private const int MaskOffset = 4;
    private const int LengthOffset = 12;

    public int Watch { get; } = watch;

    public uint Mask { get; } = mask;

    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>Takes the first event off <paramref name="events"/>; false at their end.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> events, out InotifyEvent first)
    {
        first = default;
        if (events.Length < HeadLength)
        {
            return false;
        }

        var name = events.Slice(HeadLength, MemoryMarshal.Read<int>(events[LengthOffset..]));
        var end = name.IndexOf((byte)0);
        first = new InotifyEvent(
            MemoryMarshal.Read<int>(events), MemoryMarshal.Read<uint>(events[MaskOffset..]), end < 0 ? name : name[..end]);
        events = events[(HeadLength + name.Length)..];
        return true;
    }
}
