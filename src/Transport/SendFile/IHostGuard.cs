namespace Aeronet.AspNetCore.Transport.SendFile;

/// <summary>Says which hosts' requests a connection may make. On connections where that matters.</summary>
internal interface IHostGuard
{
    /// <param name="authority">What the request names: a host with or without a port (RFC 9110, section 7.2).</param>
    bool MayServe(string authority);
}
