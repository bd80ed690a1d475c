namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// Keeps the last descriptors of the process from being spent on connections: without any the runtime cannot open a file,
/// load an assembly or start a thread, and may end the process. The kernel gives out the lowest free number, so a number
/// near the limit says that the process is near it.
/// </summary>
internal static class DescriptorReserve
{
    private const ulong Most = 64;

    private static readonly Lazy<int> s_first = new(FirstReserved);

    /// <summary>Whether a descriptor that was just given out is one of the reserve.</summary>
    internal static bool IsNear(int fd) => fd >= s_first.Value;

    /// <summary>Whether the next descriptor would not be one of the reserve. <paramref name="isNear"/> is the opposite.</summary>
    internal static bool HasRoom(int anyFd, out bool isNear)
    {
        var next = Libc.fcntl(anyFd, Libc.F_DUPFD_CLOEXEC, 0);
        isNear = next < 0 || IsNear(next);
        if (next >= 0)
        {
            _ = Libc.close(next);
        }

        return !isNear;
    }

    private static int FirstReserved()
    {
        var limit = Math.Min(ProcessLimits.OpenFiles() ?? int.MaxValue, int.MaxValue);
        return (int)(limit - Math.Min(Most, limit / 8));
    }
}
