using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

/// <summary>Gives the https addresses of <c>Urls</c> the transport's TLS.</summary>
internal static class HttpsAddresses
{
    public static void UseAeronetTls(KestrelServerOptions kestrel, string? urls)
    {
        var ports = (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(BindingAddress.Parse)
            .Where(address => address.Scheme == Uri.UriSchemeHttps)
            .Select(address => address.Port)
            .ToHashSet();
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            if (endpoint.IPEndPoint is { } address && ports.Contains(address.Port))
            {
                endpoint.UseAeronetTls(tls =>
                {
                    if (tls.Certificates.Count == 0)
                    {
                        tls.Certificates.Add(CreateCertificate());
                    }
                });
            }
        });
    }

    /// <summary>A certificate for localhost that lives as long as the process. Nobody trusts it: curl -k, or "proceed" in a browser.</summary>
    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }
}
