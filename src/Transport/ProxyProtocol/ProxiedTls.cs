using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Aeronet.AspNetCore.Transport.ProxyProtocol;

/// <summary>
/// The TLS that a proxy has ended, as far as Kestrel is to know: requests are https ones, and which protocol is spoken. There is no certificate of the
/// client: of that the header has a name at most.
/// </summary>
internal sealed class ProxiedTls : ITlsConnectionFeature, ITlsApplicationProtocolFeature
{
    public X509Certificate2? ClientCertificate { get; set; }

    public ReadOnlyMemory<byte> ApplicationProtocol { get; init; }

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
