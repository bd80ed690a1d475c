namespace Aeronet.AspNetCore.Transport;

/// <summary>Whether connections must begin with a PROXY protocol header.</summary>
public enum ProxyProtocolMode
{
    /// <summary>Every connection must; one that does not, or that a peer without trust has opened, is reset.</summary>
    Required,

    /// <summary>
    /// Connections of trusted peers may. Those of other peers are served as they are, and a header on them is no header but data. Only for peers
    /// that send a header before whatever they relay: from others a client could send one of its own.
    /// </summary>
    Optional,
}
