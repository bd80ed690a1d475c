using System.Net;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>What an Aeronet connection offers to who reads something in front of its stream.</summary>
internal interface IPrefacedConnection
{
    /// <summary>The stream begins behind what was consumed. While nobody reads.</summary>
    void BeginStream();

    /// <summary>Whether one more connection of a client may be, who is known by now. False when this one has been ended for that.</summary>
    /// <param name="client">Who it is.</param>
    /// <param name="speaksHttp2">Whether it is said to speak HTTP/2, and is not to be told in HTTP/1.</param>
    bool TryAdmit(EndPoint? client, bool speaksHttp2);

    /// <summary>Resets the connection: what it began with was refused.</summary>
    void RejectPreface();
}
