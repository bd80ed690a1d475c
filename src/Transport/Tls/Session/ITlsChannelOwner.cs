namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>The connection whose bytes a <see cref="TlsChannel"/> carries.</summary>
internal interface ITlsChannelOwner
{
    /// <summary>Once, when <see cref="SslSession.KeysMustChange"/>.</summary>
    void OnKeysMustChange();

    /// <summary>Whenever a receive ended because of <see cref="SslSession.ReadAwaitsRoom"/>.</summary>
    void OnReadAwaitsRoom();
}
