using System.Diagnostics.CodeAnalysis;
using System.Security.Authentication;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>The framework's names for protocol versions.</summary>
[SuppressMessage("Security", "CA5397:Do not use deprecated SslProtocols values", Justification = "These are all the versions there are, for others to choose from.")]
[SuppressMessage("Security", "CA5398:Avoid hardcoded SslProtocols values", Justification = "These are all the versions there are, for others to choose from.")]
internal static class TlsVersions
{
    internal const SslProtocols Tls12 = SslProtocols.Tls12;
    internal const SslProtocols Tls13 = SslProtocols.Tls13;
    internal const SslProtocols All = Tls12 | Tls13;

    internal static SslProtocols ToSslProtocol(int version) => version == Native.OpenSsl.TLS1_3_VERSION ? Tls13 : Tls12;
}
