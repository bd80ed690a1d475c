using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>poll(2) over a fixed number of sockets, so that one thread can drive many and needs no thread pool.</summary>
internal sealed unsafe partial class Poll(int count)
{
    private const short POLLIN = 1;

    private readonly PollFd[] _entries = new PollFd[count];

    /// <summary>Watches a socket for bytes to receive, or nothing at this place.</summary>
    internal void Watch(int index, Socket? socket) =>
        _entries[index] = new PollFd { Fd = socket is null ? -1 : (int)socket.Handle, Events = POLLIN };

    internal bool IsReady(int index) => _entries[index].Returned != 0;

    internal void Wait(int milliseconds)
    {
        fixed (PollFd* entries = _entries)
        {
            if (poll(entries, (nuint)_entries.Length, milliseconds) < 0)
            {
                foreach (ref var entry in _entries.AsSpan())
                    entry.Returned = 0;
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int poll(PollFd* fds, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        internal int Fd;
        internal short Events;
        internal short Returned;
    }
}
