using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Limits of this process (getrlimit(2)).</summary>
internal static unsafe partial class ProcessLimits
{
    private const int RLIMIT_NOFILE = 7;

    /// <summary>How many descriptors the process may have open; null when the kernel does not say.</summary>
    internal static ulong? OpenFiles()
    {
        var limit = stackalloc nuint[2];
        return getrlimit(RLIMIT_NOFILE, limit) == 0 ? limit[0] : null;
    }

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, nuint* limit);
}
