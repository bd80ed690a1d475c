using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Tls.Tests.ClientCertificates;

/// <summary>The authorities and certificates of the tests, made once.</summary>
internal static class ClientPki
{
    public static Authority Root { get; } = new("client root");

    public static Authority Intermediate { get; } = new("client intermediate", Root);

    public static Authority Stranger { get; } = new("stranger");

    public static X509Certificate2 Alice { get; } = Root.Issue("alice");

    /// <summary>Issued by the intermediate, whose certificate must be sent along.</summary>
    public static X509Certificate2 Bob { get; } = Intermediate.Issue("bob");

    public static X509Certificate2 Mallory { get; } = Stranger.Issue("mallory");

    public static X509Certificate2 Expired { get; } = Root.Issue("expired", expired: true);

    public static X509Certificate2 Server { get; } = Root.Issue("server", forServers: true);

    public static X509Certificate2 Revoked { get; } = Revoke(Root.Issue("revoked"));

    /// <summary>A copy, because the options take part in who owns it.</summary>
    public static X509Certificate2 Public(this Authority authority) => X509CertificateLoader.LoadCertificate(authority.Certificate.RawData);

    private static X509Certificate2 Revoke(X509Certificate2 certificate)
    {
        Root.Revoke(certificate);
        return certificate;
    }
}
