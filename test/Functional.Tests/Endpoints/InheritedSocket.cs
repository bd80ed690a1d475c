using System.Net;
using System.Net.Sockets;

namespace Aeronet.AspNetCore.Functional.Tests.Endpoints;

/// <summary>A listening socket as a parent process makes it, of which the server is told the number only.</summary>
internal sealed class InheritedSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly string? _identity;

    public InheritedSocket(EndPoint endPoint)
    {
        _socket = new Socket(
            endPoint.AddressFamily,
            SocketType.Stream,
            endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        _socket.Bind(endPoint);
        _socket.Listen();
        Handle = (ulong)_socket.SafeHandle.DangerousGetHandle();
        EndPoint = _socket.LocalEndPoint!;
        _identity = Identify();
    }

    public ulong Handle { get; }

    public EndPoint EndPoint { get; }

    /// <summary>Whether the number still stands for the same socket.</summary>
    public bool IsOpen => Identify() == _identity;

    public void Dispose()
    {
        // Closed by the server, the number may be another socket's by now: closing it again would break another test.
        if (!IsOpen)
            _socket.SafeHandle.SetHandleAsInvalid();

        _socket.Dispose();
    }

    private string? Identify() => new FileInfo($"/proc/self/fd/{Handle}").LinkTarget;
}
