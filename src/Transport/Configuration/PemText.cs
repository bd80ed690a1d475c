using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>What a PEM file holds (RFC 7468): its certificates in order, and the text, which may hold a key.</summary>
internal sealed record PemText(X509Certificate2Collection Certificates, string Text)
{
    /// <summary>Reads a file's bytes; null when it is not PEM.</summary>
    /// <exception cref="CryptographicException">A certificate in it is malformed.</exception>
    internal static PemText? TryDecode(byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith("-----BEGIN "u8) && bytes.AsSpan().IndexOf("\n-----BEGIN "u8) < 0)
        {
            return null;
        }

        var text = Decode(bytes);
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(text);
        return new PemText(certificates, text);
    }

    internal static string Decode(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>The contents of the blocks with a label.</summary>
    internal IEnumerable<byte[]> Blocks(string label)
    {
        var rest = Text;
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label] == label)
            {
                yield return Convert.FromBase64String(rest[fields.Base64Data]);
            }

            rest = rest[fields.Location.End..];
        }
    }
}
