using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.StaticFiles.Native;

/// <summary>Flags of openat(2); two of them have other values on Arm.</summary>
internal static class OpenFlags
{
    internal const int O_NOCTTY = 0x100;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_CLOEXEC = 0x80000;
    internal const int O_PATH = 0x200000;

    internal static readonly int O_DIRECTORY = IsArm ? 0x4000 : 0x10000;
    internal static readonly int O_NOFOLLOW = IsArm ? 0x8000 : 0x20000;

    /// <summary>A file to be read. O_NONBLOCK: opening a FIFO must not wait for its writer.</summary>
    internal const int File = O_NONBLOCK | O_CLOEXEC | O_NOCTTY;

    /// <summary>A directory as a starting point only, which needs no read permission.</summary>
    internal static readonly int Directory = O_PATH | O_DIRECTORY | O_CLOEXEC;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
}
