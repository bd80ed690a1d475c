using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>The used fields of struct statx (statx(2)): 256 bytes, laid out alike on every architecture, which struct stat is not.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Statx
{
    internal const uint STATX_BASIC_STATS = 0x7ff;
    internal const int S_IFMT = 0xf000;
    internal const int S_IFDIR = 0x4000;
    internal const int S_IFREG = 0x8000;
    internal const int S_IFLNK = 0xa000;

    [FieldOffset(16)]
    internal uint Links;

    [FieldOffset(28)]
    internal ushort Mode;

    [FieldOffset(32)]
    internal ulong Inode;

    [FieldOffset(40)]
    internal ulong Size;

    [FieldOffset(96)]
    internal long ChangedSeconds;

    [FieldOffset(104)]
    internal uint ChangedNanoseconds;

    [FieldOffset(112)]
    internal long ModifiedSeconds;

    [FieldOffset(120)]
    internal uint ModifiedNanoseconds;

    [FieldOffset(136)]
    internal uint DeviceMajor;

    [FieldOffset(140)]
    internal uint DeviceMinor;

    internal readonly int Type => Mode & S_IFMT;
}
