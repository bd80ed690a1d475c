using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>
/// A certificate's place for its staple. Handshakes read it without a lock; its <see cref="StapleKeeper"/> puts another staple there by one
/// write. All hosts and endpoints that serve the certificate by the same policy share it, and a reload that brings the same certificate keeps it.
/// </summary>
internal sealed class CertificateStaple
{
    private const string TlsFeature = "1.3.6.1.5.5.7.1.24";

    // Of the TLS extensions that a certificate can demand the one that is status_request (RFC 6066, section 8).
    private const int StatusRequest = 5;

    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Staple? _current;
    private volatile string? _problem;

    /// <param name="certificate">What is served.</param>
    /// <param name="issuer">Whose key has signed it.</param>
    /// <param name="policy">How it is stapled.</param>
    /// <param name="responder">Who is asked; null where files say.</param>
    /// <param name="files">Where responses come from otherwise; full paths.</param>
    /// <param name="directory">Where they are kept; null for nowhere.</param>
    internal CertificateStaple(X509Certificate2 certificate, X509Certificate2 issuer, StaplePolicy policy, Uri? responder, string[] files, string? directory)
    {
        Subject = certificate.Subject;
        Fingerprint = FingerprintOf(certificate);
        MustStaple = Demands(certificate);
        Verifier = new OcspVerifier(certificate.RawData, issuer.RawData);
        Responder = responder;
        Files = files;
        Directory = directory;
        Timeout = policy.Timeout;
        StartupWait = policy.StartupWait;
    }

    internal string Subject { get; }

    /// <summary>The certificate's SHA-256 hash.</summary>
    internal string Fingerprint { get; }

    /// <summary>Whether the certificate says that clients shall refuse it without a staple (RFC 7633).</summary>
    internal bool MustStaple { get; }

    internal OcspVerifier Verifier { get; }

    internal Uri? Responder { get; }

    internal string[] Files { get; }

    internal string? Directory { get; }

    internal TimeSpan Timeout { get; }

    internal TimeSpan StartupWait { get; }

    /// <summary>The last that was had, which may be over; null before the first.</summary>
    internal Staple? Last => _current;

    /// <summary>Why there is no newer one; null when the last attempt succeeded.</summary>
    internal string? Problem
    {
        get => _problem;
        set => _problem = value;
    }

    /// <summary>Ends with the first staple.</summary>
    internal Task First => _first.Task;

    /// <summary>What may be sent now. No allocation: handshakes call it.</summary>
    internal Staple? Current(DateTimeOffset now) => _current is { } staple && staple.IsCurrent(now) ? staple : null;

    /// <summary>By its keeper alone.</summary>
    internal void Replace(Staple staple)
    {
        _current = staple;
        _first.TrySetResult();
    }

    internal static string FingerprintOf(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Whether a certificate demands a staple: the TLS feature extension (RFC 7633, section 4) is a list of the TLS extensions that it wants.</summary>
    internal static bool Demands(X509Certificate2 certificate)
    {
        if (certificate.Extensions[TlsFeature] is not { } extension)
        {
            return false;
        }

        try
        {
            var features = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (features.HasData)
            {
                if (features.TryReadInt32(out var feature) && feature == StatusRequest)
                {
                    return true;
                }
            }
        }
        catch (AsnContentException)
        {
            // No client can read it either.
        }

        return false;
    }
}
