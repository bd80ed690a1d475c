namespace Aeronet.AspNetCore.Transport;

/// <summary>Who terminates TLS.</summary>
public enum TlsImplementation
{
    /// <summary>The transport, by OpenSSL.</summary>
    OpenSsl,

    /// <summary>Kestrel, by <see cref="System.Net.Security.SslStream"/>.</summary>
    Kestrel,
}
