namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>An endpoint that serves with staples.</summary>
internal interface IStapledEndpoint
{
    /// <summary>Whether it still listens.</summary>
    bool IsBound { get; }

    /// <summary>Those of its hosts, as the next handshake has them.</summary>
    IEnumerable<HostStaples> Staples { get; }
}
