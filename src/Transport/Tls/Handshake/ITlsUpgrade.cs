using Aeronet.AspNetCore.Transport.Tls.Admission;
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

    /// <summary>How long a handshake has to wait that was reserved when the connection was accepted; null when it was not.</summary>
    TimeSpan? ReservedWait { get; }

    /// <summary>Tells the listener whom to ask before it accepts the next, if connections of the endpoint begin with TLS.</summary>
    void ReserveNext(HandshakeAdmission admission);

    /// <summary>Resets the connection: it gets no handshake.</summary>
    void Reject();

    /// <summary>What broke the established session; <see cref="TlsFailure.None"/> while nothing has.</summary>
    TlsFailure SessionFailure { get; }
}
