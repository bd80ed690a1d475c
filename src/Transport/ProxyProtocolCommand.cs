namespace Aeronet.AspNetCore.Transport;

/// <summary>What a PROXY protocol header says of its connection.</summary>
public enum ProxyProtocolCommand
{
    /// <summary>The proxy opened it for itself, such as for a health check. It has the proxy's addresses.</summary>
    Local,

    /// <summary>The proxy relays it for a client.</summary>
    Proxy,
}
