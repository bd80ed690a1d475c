using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>struct open_how (openat2(2)), 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    internal const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    internal const ulong RESOLVE_NO_SYMLINKS = 0x04;
    internal const ulong RESOLVE_BENEATH = 0x08;

    internal ulong Flags;
    internal ulong Mode;
    internal ulong Resolve;
}
