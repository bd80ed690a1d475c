using System.Net;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.ProxyProtocol;

namespace Aeronet.AspNetCore.Transport.Connections;

/// <summary>What somebody reads in front of the connection's stream, such as a PROXY protocol header.</summary>
internal sealed partial class AeronetConnection : IPrefacedConnection
{
    void IPrefacedConnection.BeginStream() => _input.BeginStream();

    bool IPrefacedConnection.TryAdmit(EndPoint? client, bool speaksHttp2) => TryAdmit(client, speaksHttp2);

    void IPrefacedConnection.RejectPreface() => End(CloseReason.ProxyHeaderRefused, reset: true);
}
