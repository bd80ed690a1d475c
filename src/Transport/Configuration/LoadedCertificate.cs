using System.Security.Cryptography.X509Certificates;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>A certificate with its private key, and what came with it.</summary>
internal sealed record LoadedCertificate(X509Certificate2 Leaf, X509Certificate2Collection Intermediates);
