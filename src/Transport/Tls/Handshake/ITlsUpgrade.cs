using Aeronet.AspNetCore.Transport.Tls.Hosts;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>What an Aeronet connection offers to the TLS middleware.</summary>
internal interface ITlsUpgrade
{
    /// <summary>
    /// Runs a handshake on the connection's socket, on its loop. When it is complete the connection's reader and writer go
    /// through TLS, and the caller goes on on the loop.
    /// </summary>
    ValueTask<TlsOutcome> UpgradeAsync(TlsContexts contexts, AeronetTlsOptions options, ClientHelloObservation? observation);

    /// <summary>What broke the established session; <see cref="TlsFailure.None"/> while nothing has.</summary>
    TlsFailure SessionFailure { get; }
}
