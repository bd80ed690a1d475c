using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Transport.Hosting;

/// <summary>Asks a callback made for Kestrel's HTTPS about client certificates.</summary>
internal static class KestrelClientValidation
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>
    /// Gives the callback the chain as SslStream would build it, but without going online for parts of it, and whether
    /// OpenSSL accepts it.
    /// </summary>
    internal static Func<X509Certificate2, X509Certificate2Collection, string?, bool> Adapt(Func<X509Certificate2, X509Chain?, SslPolicyErrors, bool> validation) =>
        (certificate, sent, problem) =>
        {
            using var chain = new X509Chain();
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.DisableCertificateDownloads = true;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
            chain.ChainPolicy.ExtraStore.AddRange(sent);
            _ = chain.Build(certificate);
            return validation(certificate, chain, problem is null ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors);
        };
}
