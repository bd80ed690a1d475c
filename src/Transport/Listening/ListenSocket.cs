using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>
/// Opens listening sockets. Once per endpoint, so the framework's <see cref="Socket"/> does it: its exceptions are the
/// ones Kestrel and its users know.
/// </summary>
internal static class ListenSocket
{
    /// <summary>
    /// Binds and listens. More than one socket comes back for <paramref name="count"/> only where SO_REUSEPORT can share the
    /// address: TCP endpoints of our own making.
    /// </summary>
    /// <exception cref="AddressInUseException">The address is taken.</exception>
    internal static Socket[] Open(EndPoint endPoint, AeronetTransportOptions options, int count, ILogger logger)
    {
        var first = Bind(endPoint, options, logger);
        try
        {
            Listen(first, endPoint, options);
            if (!options.ReusePort || endPoint is not IPEndPoint)
            {
                return [first];
            }

            // Port 0 was resolved by the first bind; the others share its port.
            var sockets = new Socket[count];
            sockets[0] = first;
            for (var i = 1; i < count; i++)
            {
                sockets[i] = Bind(first.LocalEndPoint!, options, logger);
                Listen(sockets[i], endPoint, options);
            }

            return sockets;
        }
        catch (SocketException failure) when (endPoint is FileHandleEndPoint inherited)
        {
            first.Dispose();
            throw Unusable(inherited, failure.Message, failure);
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    private static Socket Bind(EndPoint endPoint, AeronetTransportOptions options, ILogger logger)
    {
        if (endPoint is FileHandleEndPoint inherited)
        {
            return Adopt(inherited);
        }

        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            if (endPoint is IPEndPoint ip)
            {
                if (ip.Address.Equals(IPAddress.IPv6Any))
                {
                    socket.DualMode = options.DualMode;
                }

                if (options.ReusePort)
                {
                    socket.SetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_REUSEPORT, BitConverter.GetBytes(1));
                }
            }
            else if (endPoint is UnixDomainSocketEndPoint unix && UnixSocketFile.TryRemoveStale(unix))
            {
                Diagnostics.TransportLog.StaleSocketReplaced(logger, unix.ToString());
            }

            socket.Bind(endPoint);
            return socket;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw failure.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? new AddressInUseException(failure.Message, failure)
                : failure;
        }
    }

    private static void Listen(Socket socket, EndPoint endPoint, AeronetTransportOptions options)
    {
        if (endPoint is UnixDomainSocketEndPoint unix && options.UnixFileMode is { } mode)
        {
            // Before listening: nobody can connect while the umask's mode still stands.
            UnixSocketFile.SetMode(unix, mode);
        }

        if (socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
        {
            // Linux gives an accepted socket its listener's options, which saves the calls per connection.
            socket.NoDelay = options.NoDelay;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, options.KeepAlive);
            var deferSeconds = (int)Math.Ceiling(options.DeferAccept.TotalSeconds);
            if (deferSeconds > 0)
            {
                socket.SetRawSocketOption(Libc.IPPROTO_TCP, Libc.TCP_DEFER_ACCEPT, BitConverter.GetBytes(deferSeconds));
            }
        }

        socket.Listen(options.Backlog);
        DescriptorCalls.SetNonBlocking((int)socket.Handle);
    }

    /// <summary>
    /// Listens on a socket that another process opened, such as systemd's (sd_listen_fds(3)). By a duplicate of the
    /// descriptor: the number that was passed stays its owner's to close.
    /// </summary>
    private static Socket Adopt(FileHandleEndPoint endPoint)
    {
        if (!DescriptorCalls.TryDuplicate((int)endPoint.FileHandle, out var duplicate, out var error))
        {
            throw Unusable(endPoint, error, null);
        }

        var handle = new SafeSocketHandle(duplicate, ownsHandle: true);
        try
        {
            return new Socket(handle);
        }
        catch (SocketException failure)
        {
            handle.Dispose();
            throw Unusable(endPoint, failure.Message, failure);
        }
    }

    private static InvalidOperationException Unusable(FileHandleEndPoint endPoint, string reason, Exception? cause) => new(
        $"File descriptor {endPoint.FileHandle} cannot be listened on ({reason}): pass the number of an open, bound stream socket.", cause);
}
