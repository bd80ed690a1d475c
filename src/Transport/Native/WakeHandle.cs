using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// An eventfd (eventfd(2)) that wakes an epoll set. Registered edge-triggered, every write is a new edge, so it is never
/// read: the counter would need 2^64 wake-ups to fill.
/// </summary>
internal unsafe class WakeHandle : SafeHandleMinusOneIsInvalid
{
    protected WakeHandle(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    internal int Fd => (int)handle;

    internal static WakeHandle? TryCreate(out int errno)
    {
        var fd = Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
        errno = fd < 0 ? Marshal.GetLastSystemError() : 0;
        return fd < 0 ? null : new WakeHandle(fd);
    }

    internal virtual void Signal()
    {
        // A handle that is being closed has no loop left to wake.
        var held = false;
        try
        {
            DangerousAddRef(ref held);
            ulong one = 1;
            _ = SocketCalls.write(Fd, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
        }
        finally
        {
            if (held)
            {
                DangerousRelease();
            }
        }
    }

    protected override bool ReleaseHandle() => Libc.close(Fd) == 0;
}
