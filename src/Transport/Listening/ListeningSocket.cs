using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Succession;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>A listening, non-blocking socket, and the file that goes with it when it ends here and nobody goes on with it.</summary>
internal sealed class ListeningSocket(DescriptorHandle descriptor, SocketOrigin origin, string? file) : IDisposable
{
    internal DescriptorHandle Descriptor { get; } = descriptor;

    internal SocketOrigin Origin { get; } = origin;

    internal EndPoint? LocalEndPoint
    {
        get
        {
            using var socket = Descriptor.View();
            return socket.LocalEndPoint;
        }
    }

    /// <summary>Removes the file first: who still finds it is answered.</summary>
    internal void End()
    {
        try
        {
            if (file is not null)
            {
                File.Delete(file);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It went with its directory.
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Closes this process's descriptor, and leaves the rest to those who have others.</summary>
    public void Dispose() => Descriptor.Dispose();

    /// <summary>Takes a socket that the framework has set up.</summary>
    /// <exception cref="SocketException">The process has no descriptor left; the socket is closed.</exception>
    internal static ListeningSocket Detach(Socket socket, SocketOrigin origin, string? file) => new(DescriptorHandle.Detach(socket), origin, file);
}
