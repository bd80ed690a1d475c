using System.Net.Sockets;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>Two connected stream sockets (socketpair(2)): the transport's handle on one, the framework's on the other.</summary>
internal sealed unsafe partial class SocketPair : IDisposable
{
    private const int AF_UNIX = 1;
    private const int SOCK_STREAM = 1;
    private const int SOCK_CLOEXEC = 0x80000;

    internal SocketPair()
    {
        var pair = stackalloc int[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
            throw new InvalidOperationException($"socketpair failed: {Marshal.GetLastSystemError()}");

        // As accept4 gives them out.
        if (Libc.fcntl(pair[0], Libc.F_SETFL, Libc.O_NONBLOCK) != 0)
            throw new InvalidOperationException($"fcntl failed: {Marshal.GetLastSystemError()}");

        Descriptor = pair[0];
        Handle = new SocketHandle(pair[0]);
        Peer = new Socket(new SafeSocketHandle(pair[1], ownsHandle: true));
    }

    internal SocketHandle Handle { get; }

    /// <summary>The number behind <see cref="Handle"/>.</summary>
    internal int Descriptor { get; }

    internal Socket Peer { get; }

    public void Dispose()
    {
        Handle.Close();
        Peer.Dispose();
    }

    [LibraryImport("libc", SetLastError = false)]
    private static partial int socketpair(int domain, int type, int protocol, int* pair);
}
