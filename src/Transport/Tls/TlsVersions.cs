using System.Diagnostics.CodeAnalysis;
using System.Security.Authentication;

namespace Aeronet.AspNetCore.Transport.Tls;

/// <summary>The framework's names for protocol versions.</summary>
internal static class TlsVersions
{
    [SuppressMessage("Security", "CA5398:Avoid hardcoded SslProtocols values", Justification = "It reports what was agreed on; it does not choose.")]
    [SuppressMessage("Security", "CA5397:Do not use deprecated SslProtocols values", Justification = "It reports what was agreed on; it does not choose.")]
    internal static SslProtocols ToSslProtocol(int version) =>
        version == Native.OpenSsl.TLS1_3_VERSION ? SslProtocols.Tls13 : SslProtocols.Tls12;
}
