using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>
/// A descriptor of a socket that other processes may have, too. Closing it is close(2) and no more. <see cref="SafeSocketHandle"/> does things to the
/// socket itself: shutdown(2) where a call is in progress, which ends listening in every process, and SO_LINGER of zero, which the connections
/// inherit that are accepted elsewhere. And <see cref="Socket"/> removes the file of a Unix socket that it bound.
/// </summary>
internal sealed class DescriptorHandle : SafeHandleMinusOneIsInvalid
{
    internal DescriptorHandle(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The number, for calls that the caller keeps the handle open for.</summary>
    internal int Number => (int)handle;

    /// <summary>The descriptor of a socket that the framework has set up, whose object ends here. The file of a Unix socket stays.</summary>
    /// <exception cref="SocketException">The process has no descriptor left; the socket is closed.</exception>
    [SuppressMessage("Usage", "CA1816:Dispose methods should call SuppressFinalize", Justification = "The finalizer would remove the file.")]
    internal static DescriptorHandle Detach(Socket socket)
    {
        var isUnix = socket.AddressFamily == AddressFamily.Unix;
        if (!DescriptorCalls.TryDuplicate((int)socket.Handle, out var duplicate, out _))
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        if (isUnix)
        {
            GC.SuppressFinalize(socket);
            socket.SafeHandle.Dispose();
        }
        else
        {
            socket.Dispose();
        }

        return new DescriptorHandle(duplicate);
    }

    /// <summary>A socket object over the descriptor, which stays this handle's: for what the framework knows to ask and to set.</summary>
    /// <exception cref="SocketException">It is no socket.</exception>
    internal Socket View() => new(new SafeSocketHandle(handle, ownsHandle: false));

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
