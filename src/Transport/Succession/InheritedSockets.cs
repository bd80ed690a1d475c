using System.Net;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>The sockets that this process was given, until its endpoints have taken them.</summary>
internal sealed class InheritedSockets
{
    private readonly Lock _gate = new();
    private List<InheritedSocket> _left = [];

    internal void Add(InheritedSocket socket)
    {
        lock (_gate)
        {
            _left.Add(socket);
        }
    }

    /// <summary>The sockets of an endpoint, more than one where it was shared (SO_REUSEPORT). They are the caller's.</summary>
    /// <param name="endPoint">What is to be bound.</param>
    /// <param name="dualMode">Whether the IPv6 wildcard stands for all addresses.</param>
    internal IReadOnlyList<InheritedSocket> Take(EndPoint endPoint, bool dualMode) => Take(socket => socket.IsFor(endPoint, dualMode));

    /// <summary>An endpoint takes it by its number, and a duplicate of its own.</summary>
    internal void DropNumber(int number)
    {
        foreach (var socket in Take(socket => socket.Number == number))
        {
            socket.Descriptor.Dispose();
        }
    }

    /// <summary>What nobody took. They are the caller's.</summary>
    internal IReadOnlyList<InheritedSocket> TakeRest() => Take(static _ => true);

    /// <summary>One that nobody took and that keeps the endpoint from being bound, for who is told that it is in use.</summary>
    internal InheritedSocket? InTheWayOf(EndPoint endPoint)
    {
        lock (_gate)
        {
            return _left.Find(socket => socket.IsInTheWayOf(endPoint));
        }
    }

    private List<InheritedSocket> Take(Func<InheritedSocket, bool> isWanted)
    {
        lock (_gate)
        {
            var taken = _left.FindAll(socket => isWanted(socket));
            _left = _left.FindAll(socket => !taken.Contains(socket));
            return taken;
        }
    }
}
