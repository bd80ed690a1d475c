using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Tls.Tests.Support;

namespace Aeronet.AspNetCore.Tls.Tests.Configuration;

/// <summary>Endpoints of Kestrel's own configuration get the transport's TLS, and behave as with Kestrel's.</summary>
public abstract class KestrelEndpointTest : IDisposable
{
    protected const string Https = "Kestrel:Endpoints:Https:Url=https://127.0.0.1:0";

    private protected TempFiles Files { get; } = new();

    public void Dispose()
    {
        Files.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static void AssertIsOurs(KestrelHost host)
        => Assert.Contains(host.Logs.From("Aeronet"), entry => entry.EventId.Name == "HandshakeCompleted");

    protected static Task<KestrelHost> StartAsync(params string[] lines) => StartAsync(TransportKind.Aeronet, lines);

    protected static Task<KestrelHost> StartAsync(TransportKind kind, params string[] lines) => ConfiguredHost.StartKestrelAsync(string.Join('\n', lines), kind: kind);

    protected string Certificate(string section, X509Certificate2 certificate)
        => $"{section}:Path={Files.WriteCertificate($"{certificate.Thumbprint}.pem", certificate)}\n{section}:KeyPath={Files.WriteKey($"{certificate.Thumbprint}.key", certificate)}";
}
