using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>What a PEM file holds (RFC 7468): its certificates in order, and the text, which may hold a key.</summary>
internal sealed record PemText(X509Certificate2Collection Certificates, string Text)
{
    private const string Begin = "-----BEGIN ";

    // The second is an old name of the first; the third has trust settings of OpenSSL behind the certificate.
    private static readonly string[] s_certificateLabels = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

    /// <summary>Whether something follows a certificate in its block: what it is trusted for, or not at all (openssl-x509(1), "Trust options").</summary>
    internal bool HasTrustSettings { get; private set; }

    /// <summary>Reads a file's bytes; null when it is not PEM.</summary>
    /// <exception cref="CryptographicException">A certificate in it is malformed.</exception>
    internal static PemText? TryDecode(byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith("-----BEGIN "u8) && bytes.AsSpan().IndexOf("\n-----BEGIN "u8) < 0)
        {
            return null;
        }

        var text = Decode(bytes);
        var pem = new PemText([], text);
        foreach (var label in s_certificateLabels)
        {
            pem.CheckBlocks(label);
        }

        foreach (var (_, der) in pem.Blocks(s_certificateLabels))
        {
            var certificate = FirstValueOf(der);
            pem.HasTrustSettings |= certificate.Length < der.Length;
            pem.Certificates.Add(X509CertificateLoader.LoadCertificate(certificate));
        }

        return pem;
    }

    internal static string Decode(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>Whether a text has more blocks with a label than can be read.</summary>
    internal static bool HasMalformed(ReadOnlySpan<char> text, string label)
    {
        var begun = text.Count($"{Begin}{label}-----");
        while (PemEncoding.TryFind(text, out var fields))
        {
            begun -= text[fields.Label].SequenceEqual(label) ? 1 : 0;
            text = text[fields.Location.End..];
        }

        return begun > 0;
    }

    /// <summary>The contents of the blocks with a label.</summary>
    /// <exception cref="CryptographicException">One of them is malformed.</exception>
    internal IEnumerable<byte[]> Blocks(string label)
    {
        CheckBlocks(label);
        return Blocks([label]).Select(block => block.Content);
    }

    private IEnumerable<(string Label, byte[] Content)> Blocks(string[] labels)
    {
        var rest = Text;
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var label = rest[fields.Label];
            if (labels.Contains(label))
            {
                yield return (label, Convert.FromBase64String(rest[fields.Base64Data]));
            }

            rest = rest[fields.Location.End..];
        }
    }

    // The framework's reader passes over what it cannot read: an authority would be missing, and nobody told.
    private void CheckBlocks(string label)
    {
        if (HasMalformed(Text, label))
        {
            throw new CryptographicException($"one of its {label} blocks is malformed (RFC 7468)");
        }
    }

    private static ReadOnlySpan<byte> FirstValueOf(byte[] der) =>
        AsnDecoder.TryReadEncodedValue(der, AsnEncodingRules.BER, out _, out _, out _, out var length) ? der.AsSpan(0, length) : der;
}
