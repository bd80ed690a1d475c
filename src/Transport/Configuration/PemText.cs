using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Configuration;

/// <summary>What a PEM file holds (RFC 7468): its certificates in order, and the text, which may hold a key and is wiped when disposed.</summary>
internal sealed class PemText : IDisposable
{
    private const string Begin = "-----BEGIN ";

    // The second is an old name of the first; the third has trust settings of OpenSSL behind the certificate.
    private static readonly string[] s_certificateLabels = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

    // Pinned: the garbage collector leaves no copy behind.
    private readonly char[] _text;

    private PemText(X509Certificate2Collection certificates, char[] text)
    {
        Certificates = certificates;
        _text = text;
    }

    internal X509Certificate2Collection Certificates { get; }

    /// <summary>All of the file. Not to be kept beyond the end of this.</summary>
    internal ReadOnlySpan<char> Text => _text;

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

        var pem = Decode(bytes);
        try
        {
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
        catch
        {
            pem.Dispose();
            throw;
        }
    }

    /// <summary>The text of a file's bytes, without a look for certificates.</summary>
    internal static PemText Decode(byte[] bytes)
    {
        var text = GC.AllocateUninitializedArray<char>(bytes.Length, pinned: true);
        Encoding.Latin1.GetChars(bytes, text);
        return new PemText([], text);
    }

    /// <summary>A certificate that came alone, in DER.</summary>
    internal static PemText Of(X509Certificate2 certificate) => new([certificate], []);

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_text.AsSpan()));

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
        ReadOnlyMemory<char> rest = _text;
        while (PemEncoding.TryFind(rest.Span, out var fields))
        {
            var label = rest.Span[fields.Label].ToString();
            if (labels.Contains(label))
            {
                var content = new byte[fields.DecodedDataLength];
                Convert.TryFromBase64Chars(rest.Span[fields.Base64Data], content, out _);
                yield return (label, content);
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
        DerValue.LengthOfFirst(der, AsnEncodingRules.BER, out _) is > 0 and var length ? der.AsSpan(0, length) : der;
}
