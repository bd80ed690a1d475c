using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>The listening sockets of this process, as a hand-over sees them.</summary>
internal interface IHeldSockets
{
    /// <summary>Each socket that is listened on, and who made it.</summary>
    IReadOnlyList<(SafeHandle Socket, SocketOrigin Origin)> Held { get; }

    /// <summary>Whether one of them is bound to the file of a Unix socket.</summary>
    bool IsBoundTo(string file);

    /// <summary>Accepts, from now on, on what is bound already.</summary>
    void BeginAccepting();

    /// <summary>Accepts no more, closes nothing but this process's descriptors, and returns when no connection is being accepted.</summary>
    void LetGo();
}
