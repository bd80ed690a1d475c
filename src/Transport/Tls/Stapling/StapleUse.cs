namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>Whether a handshake carried a staple.</summary>
internal enum StapleUse
{
    /// <summary>The client did not ask, or no certificate of the host is stapled.</summary>
    NotAsked,

    /// <summary>It asked, and there was none that is valid.</summary>
    Missing,

    Sent,
}
