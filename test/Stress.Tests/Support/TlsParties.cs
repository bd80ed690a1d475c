using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>The two sides of the tests' TLS.</summary>
internal static class TlsParties
{
    internal static X509Certificate2 Certificate { get; } = TestCertificate.Create();

    /// <summary>A client that speaks one version and trusts the one certificate, without looking at the machine's roots.</summary>
    internal static SslClientAuthenticationOptions Client(SslProtocols version, bool resumes = true) => new()
    {
        TargetHost = "localhost",
        EnabledSslProtocols = version,
        AllowTlsResume = resumes,
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { Certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };
}
