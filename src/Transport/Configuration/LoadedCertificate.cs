using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>A certificate with its private key, and what came with it.</summary>
/// <param name="Leaf">With its key, where the framework has a type for it.</param>
/// <param name="Intermediates">Whatever else there was.</param>
/// <param name="Key">Its key; null where the leaf alone has it.</param>
internal sealed record LoadedCertificate(X509Certificate2 Leaf, X509Certificate2Collection Intermediates, PrivateKeyHandle? Key = null);
