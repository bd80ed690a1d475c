using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>The Unix socket by which a new process finds the one that serves.</summary>
internal static class ControlSocket
{
    private const int Backlog = 16;
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Connects to the process that listens at the path, or listens there where none does: one of the two comes back. The file that a dead process
    /// has left is replaced.
    /// </summary>
    /// <exception cref="SuccessionException">Neither can be done; the message is the end of a sentence that begins with the path.</exception>
    internal static async Task<(Socket? Predecessor, DescriptorHandle? Listening)> MeetAsync(string path, CancellationToken cancellationToken)
    {
        var endPoint = new UnixDomainSocketEndPoint(path);
        using var directory = await LockAsync(Path.GetDirectoryName(path)!, cancellationToken).ConfigureAwait(false);
        var socket = Create();
        try
        {
            var outcome = TryConnect(socket, endPoint);
            if (outcome == SocketError.Success)
            {
                return (socket, null);
            }

            socket.Dispose();
            if (outcome == SocketError.ConnectionRefused && FileTypes.IsSocket(path))
            {
                File.Delete(path);
            }
            else if (Path.Exists(path))
            {
                throw new SuccessionException(
                    outcome == SocketError.ConnectionRefused ? "is no socket: remove it, or name another path" : $"cannot be connected to ({new SocketException((int)outcome).Message})");
            }

            socket = Create();
            socket.Bind(endPoint);

            // Before listening: nobody can connect while the umask's mode still stands.
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(Backlog);
            return (null, DescriptorHandle.Detach(socket));
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new SuccessionException($"cannot be listened at ({failure.Message})");
        }
        catch (UnauthorizedAccessException failure)
        {
            socket.Dispose();
            throw new SuccessionException($"cannot be listened at ({failure.Message})");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Listens once more on a socket that was received: from now on the kernel tells those who connect of this process and its user (unix(7)).
    /// </summary>
    internal static void Listen(DescriptorHandle received)
    {
        using var socket = received.View();
        socket.Listen(Backlog);
    }

    private static Socket Create() => new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);

    private static async Task<IDisposable> LockAsync(string directory, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (DirectoryLock.TryTake(directory, out var errno) is { } taken)
            {
                return taken;
            }

            if (errno != Errno.EAGAIN)
            {
                throw new SuccessionException($"cannot be made, for its directory cannot be opened ({Marshal.GetPInvokeErrorMessage(errno)}): create it, for this user alone");
            }

            if (Stopwatch.GetElapsedTime(since) > s_lockPatience)
            {
                throw new SuccessionException("cannot be made: another program keeps its directory locked (flock)");
            }

            await Task.Delay(s_lockPause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static SocketError TryConnect(Socket socket, UnixDomainSocketEndPoint endPoint)
    {
        try
        {
            // Does not wait for room in the other's queue.
            socket.Blocking = false;
            socket.Connect(endPoint);
            return SocketError.Success;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode;
        }
    }
}
