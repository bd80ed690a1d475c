using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Asks the kernel what it can do with a socket.</summary>
internal static unsafe class SocketProbe
{
    private const int TCP_ULP = 31;

    /// <summary>Whether the kernel knows an upper layer protocol (tcp(7), TCP_ULP) by that name.</summary>
    internal static bool HasUpperLayerProtocol(ReadOnlySpan<byte> name)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        fixed (byte* pointer = name)
        {
            return Libc.setsockopt((int)socket.Handle, Libc.IPPROTO_TCP, TCP_ULP, pointer, (uint)name.Length) == 0
                || Marshal.GetLastSystemError() == Errno.ENOTCONN;
        }
    }
}
