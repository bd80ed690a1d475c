using System.Net;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>What an Aeronet connection offers to who reads something in front of its stream.</summary>
internal interface IPrefacedConnection
{
    /// <summary>The stream begins behind what was consumed. While nobody reads.</summary>
    void BeginStream();

    /// <summary>Whether one more connection of a client may be, who is known by now. False when this one has been ended for that.</summary>
    bool TryAdmit(EndPoint? client);

    /// <summary>Resets the connection: what it began with was refused.</summary>
    void RejectPreface();
}
