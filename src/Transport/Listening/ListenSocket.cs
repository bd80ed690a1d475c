using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Succession;
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
    internal static ListeningSocket[] Open(EndPoint endPoint, AeronetTransportOptions options, int count, ILogger logger)
    {
        // Port 0 is resolved by the first bind; the others share its port.
        var wanted = options.ReusePort && endPoint is IPEndPoint ? count : 1;
        var sockets = new List<ListeningSocket>(wanted);
        try
        {
            while (sockets.Count < wanted)
            {
                sockets.Add(OpenOne(sockets.Count == 0 ? endPoint : sockets[0].LocalEndPoint!, options, logger));
            }

            return [.. sockets];
        }
        catch (SocketException failure) when (endPoint is FileHandleEndPoint)
        {
            throw Unusable((FileHandleEndPoint)endPoint, failure.Message, failure);
        }
        catch
        {
            sockets.ForEach(socket => socket.End());
            throw;
        }
    }

    /// <summary>
    /// Listens on sockets that are bound already, with this process's options. What was decided when they were bound stays: their number, ReusePort and DualMode.
    /// </summary>
    internal static ListeningSocket[] Adopt(IReadOnlyList<InheritedSocket> inherited, EndPoint endPoint, AeronetTransportOptions options)
    {
        try
        {
            foreach (var own in inherited)
            {
                using var socket = own.Descriptor.View();
                Listen(socket, endPoint, options);
            }

            return [.. inherited.Select(own => new ListeningSocket(own.Descriptor, own.Origin, own.Origin == SocketOrigin.Keeper ? null : own.File))];
        }
        catch
        {
            foreach (var own in inherited)
            {
                own.Descriptor.Dispose();
            }

            throw;
        }
    }

    /// <summary>How many connections a listening socket's queue can hold (listen(2): the kernel has a limit of its own, and one more fits).</summary>
    internal static int QueueLimit(int backlog)
    {
        const int Default = 4096;
        int limit;
        try
        {
            limit = int.TryParse(File.ReadAllText("/proc/sys/net/core/somaxconn"), NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : Default;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            limit = Default;
        }

        return Math.Min(backlog, limit) + 1;
    }

    private static ListeningSocket OpenOne(EndPoint endPoint, AeronetTransportOptions options, ILogger logger)
    {
        if (endPoint is FileHandleEndPoint inherited)
        {
            var adopted = Duplicate(inherited);
            try
            {
                using var view = adopted.View();
                Listen(view, endPoint, options);
                return new ListeningSocket(adopted, SocketOrigin.Keeper, file: null);
            }
            catch
            {
                adopted.Dispose();
                throw;
            }
        }

        var socket = Bind(endPoint, options, logger);
        try
        {
            Listen(socket, endPoint, options);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return ListeningSocket.Detach(socket, SocketOrigin.Bound, endPoint is UnixDomainSocketEndPoint unix ? UnixSocketFile.PathOf(unix) : null);
    }

    private static Socket Bind(EndPoint endPoint, AeronetTransportOptions options, ILogger logger)
    {
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
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(failure.Message, failure);
        }
        catch
        {
            socket.Dispose();
            throw;
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
    /// descriptor: the number that was passed stays its owner's to close, but is not for programs that the application starts: they
    /// would keep the port when it has ended.
    /// </summary>
    private static DescriptorHandle Duplicate(FileHandleEndPoint endPoint)
    {
        if (!DescriptorCalls.TryDuplicate((int)endPoint.FileHandle, out var duplicate, out var error))
        {
            throw Unusable(endPoint, error, null);
        }

        DescriptorCalls.CloseOnExec((int)endPoint.FileHandle);
        return new DescriptorHandle(duplicate);
    }

    private static InvalidOperationException Unusable(FileHandleEndPoint endPoint, string reason, Exception? cause) => new(
        $"File descriptor {endPoint.FileHandle} cannot be listened on ({reason}): pass the number of an open, bound stream socket.", cause);
}
