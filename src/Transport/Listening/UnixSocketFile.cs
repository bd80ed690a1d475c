using System.Net.Sockets;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>The file that a Unix domain socket is bound to (unix(7)).</summary>
internal static class UnixSocketFile
{
    /// <summary>
    /// Removes the file of a socket whose process is gone. What answers, is not a socket, or cannot be asked stays, and
    /// binding then fails with "address in use" as it should.
    /// </summary>
    internal static bool TryRemoveStale(UnixDomainSocketEndPoint endPoint)
    {
        if (PathOf(endPoint) is not { } path || !IsSocket(path))
        {
            return false;
        }

        // Not blocking: a live server that accepts nobody has a full queue, and connecting would wait for it.
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(endPoint);
            return false;
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    internal static void SetMode(UnixDomainSocketEndPoint endPoint, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows() && PathOf(endPoint) is { } path)
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    /// <summary>The path in the file system; null for an abstract name.</summary>
    internal static string? PathOf(UnixDomainSocketEndPoint endPoint)
    {
        // ToString shows an abstract name with a leading '@', and a real path may begin with one too: ask the address.
        var address = endPoint.Serialize();
        return address.Size > sizeof(ushort) && address[sizeof(ushort)] != 0 ? endPoint.ToString() : null;
    }

    // The framework has no test for "is a socket". It maps what is neither a file, a directory nor a link to Normal, and
    // connect(2) refuses a regular file just as it refuses a dead socket: only the mode tells them apart.
    private static bool IsSocket(string path) => Native.FileTypes.IsSocket(path);
}
