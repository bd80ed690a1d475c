using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>Whose client certificates a host accepts, as a digest: two hosts with equal ones ask the same of a certificate.</summary>
internal static class ClientTrust
{
    internal static byte[] DigestOf(X509Certificate2Collection authorities, byte[][] lists, string[] urls, TlsRevocationFailure failure)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, authorities.Select(authority => authority.RawData));
        Add(hash, lists);
        Add(hash, urls.Select(Encoding.UTF8.GetBytes));
        hash.AppendData([(byte)failure]);
        return hash.GetHashAndReset();
    }

    // In an order of their own: how they are listed says nothing. With their number, so that no two sets are the same bytes.
    private static void Add(IncrementalHash hash, IEnumerable<byte[]> parts)
    {
        byte[][] digests = [.. parts.Select(SHA256.HashData).OrderBy(Convert.ToHexString, StringComparer.Ordinal)];
        hash.AppendData(BitConverter.GetBytes(digests.Length));
        foreach (var digest in digests)
        {
            hash.AppendData(digest);
        }
    }
}
