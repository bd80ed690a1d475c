using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Soak.Loads;

/// <summary>Which certificates clients take.</summary>
internal static class Trust
{
    /// <summary>One for the server's address, whoever signed it: it is renewed all the time, by itself.</summary>
    public static bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0;
}
