using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>A listening socket that this process was given and did not bind.</summary>
internal sealed class InheritedSocket
{
    private InheritedSocket(DescriptorHandle descriptor, SocketOrigin origin, EndPoint endPoint)
    {
        Descriptor = descriptor;
        Origin = origin;
        EndPoint = endPoint;
    }

    internal DescriptorHandle Descriptor { get; }

    internal SocketOrigin Origin { get; }

    internal EndPoint EndPoint { get; }

    /// <summary>The number by which this process was started with it; null when it came later.</summary>
    internal int? Number { get; init; }

    /// <summary>The path of a Unix socket's file; null for other sockets.</summary>
    internal string? File => EndPoint is UnixDomainSocketEndPoint unix && NameOf(unix) is var name && !name.StartsWith('\0') ? name : null;

    /// <summary>Takes the descriptor. Null, and the descriptor is closed, when it is none that can be listened on; with what it is, as the end of a sentence.</summary>
    internal static InheritedSocket? TryCreate(DescriptorHandle descriptor, SocketOrigin origin, out string problem, int? number = null)
    {
        try
        {
            using var socket = descriptor.View();
            problem = WhyNotUsable(socket) ?? "";
            if (problem.Length == 0)
            {
                return new InheritedSocket(descriptor, origin, socket.LocalEndPoint!) { Number = number };
            }
        }
        catch (SocketException failure)
        {
            problem = $"is no socket ({failure.Message})";
        }

        descriptor.Dispose();
        return null;
    }

    /// <summary>
    /// Whether an endpoint that is asked for is this socket's. The IPv6 wildcard, by which Kestrel asks for all addresses in
    /// <paramref name="dualMode"/>, is the IPv4 one's too. A Unix
    /// socket whose file is gone is found by nobody.
    /// </summary>
    internal bool IsFor(EndPoint wanted, bool dualMode) => (wanted, EndPoint) switch
    {
        (IPEndPoint asked, IPEndPoint own) => asked.Port == own.Port
            && (asked.Address.Equals(own.Address) || (dualMode && asked.Address.Equals(IPAddress.IPv6Any) && own.Address.Equals(IPAddress.Any))),
        (UnixDomainSocketEndPoint asked, UnixDomainSocketEndPoint own) => NameOf(asked) == NameOf(own)
            && (NameOf(own).StartsWith('\0') || FileTypes.IsSocket(NameOf(own))),
        _ => false,
    };

    /// <summary>Whether it has the port of an endpoint that is not its own, which therefore cannot be bound.</summary>
    internal bool IsInTheWayOf(EndPoint wanted) => wanted is IPEndPoint { Port: > 0 } asked && EndPoint is IPEndPoint own && asked.Port == own.Port;

    public override string ToString() => EndPoint.ToString()!;

    private static string? WhyNotUsable(Socket socket)
    {
        if (socket.SocketType != SocketType.Stream)
        {
            return string.Create(CultureInfo.InvariantCulture, $"is a socket of type {socket.SocketType}, not a stream: in a socket unit, ListenStream=");
        }

        Span<byte> accepts = stackalloc byte[sizeof(int)];
        socket.GetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_ACCEPTCONN, accepts);
        return socket.LocalEndPoint is not (IPEndPoint or UnixDomainSocketEndPoint) ? "is not a TCP or Unix socket"
            : accepts[0] == 0 ? "does not listen: in a socket unit, Accept=no"
            : null;
    }

    // ToString shows an abstract name with a leading '@', and a path may begin with one.
    private static string NameOf(UnixDomainSocketEndPoint endPoint)
    {
        var address = endPoint.Serialize();
        return address.Size > sizeof(ushort) && address[sizeof(ushort)] == 0 ? "\0" + endPoint : Path.GetFullPath(endPoint.ToString());
    }
}
