using System.Net.Security;
using Aeronet.AspNetCore.Transport.Tls.Fallback;
using Aeronet.AspNetCore.Transport.Tls.Hosts;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>
/// All that the handshakes of an endpoint are decided by, of one reading of its options and certificates. Never changed: a later reading
/// makes another (<see cref="TlsStateHolder"/>). A handshake takes one and keeps it to its end, and what it let in keeps the part it
/// needs; nobody disposes it. OpenSSL counts who uses a context, and the finalizer gives up the count of the last who knew this.
/// </summary>
/// <param name="options">What was read.</param>
/// <param name="contexts">OpenSSL's side; null where only Kestrel's TLS serves.</param>
/// <param name="fallback">The same for Kestrel's TLS, made with its first handshake.</param>
/// <param name="status">How it is shown, made when somebody looks.</param>
internal sealed class TlsState(AeronetTlsOptions options, TlsContexts? contexts, Lazy<KestrelFallback> fallback, Lazy<TlsEndpointStatus> status)
{
    internal AeronetTlsOptions Options => options;

    internal TlsContexts? Contexts => contexts;

    internal KestrelFallback Fallback => fallback.Value;

    internal TlsEndpointStatus Status => status.Value;

    /// <summary>What Kestrel's events say of a handshake that begins.</summary>
    internal SslServerAuthenticationOptions ForEvents { get; } =
        new() { EnabledSslProtocols = contexts?.Default.Host.Protocols ?? default };
}
