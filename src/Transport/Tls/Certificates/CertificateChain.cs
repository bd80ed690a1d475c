using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>
/// The certificates that lead from a server's to its root. A name alone does not tell an authority: one that got a new key
/// keeps its name, and the certificate of the wrong key proves nothing to clients. What does is that the key identifiers match
/// (RFC 5280, section 4.2.1.1) and the key verifies the signature.
/// </summary>
internal static class CertificateChain
{
    // As OpenSSL's own depth of verification suggests; nobody's chain is half as long.
    private const int MaxIssuers = 10;

    /// <summary>The issuers of <paramref name="certificate"/> among <paramref name="intermediates"/>, nearest first, without the root.</summary>
    internal static IReadOnlyList<X509Certificate2> IssuersOf(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        var candidates = intermediates.Select(each => (Certificate: each, Handle: X509Handle.Parse(each.RawData))).ToList();
        using var leaf = X509Handle.Parse(certificate.RawData);
        try
        {
            candidates.RemoveAll(candidate => candidate.Handle.IsInvalid || OpenSsl.X509_self_signed(candidate.Handle.Pointer, 1) == 1);
            var issuers = new List<X509Certificate2>();
            for (var subject = leaf; !subject.IsInvalid && issuers.Count < MaxIssuers;)
            {
                var found = Nearest(subject, candidates.Where(candidate => !issuers.Contains(candidate.Certificate)));
                if (found.Certificate is null)
                {
                    break;
                }

                issuers.Add(found.Certificate);
                subject = found.Handle;
            }

            return issuers;
        }
        finally
        {
            candidates.ForEach(candidate => candidate.Handle.Dispose());
            OpenSsl.ERR_clear_error();
        }
    }

    /// <summary>
    /// The certificate whose key signed <paramref name="certificate"/>, the root's too: among <paramref name="intermediates"/>, otherwise in the
    /// stores of the user and the system, of which nothing is downloaded. Null when it is in none, and for one that signed itself.
    /// </summary>
    internal static X509Certificate2? IssuerOf(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        var candidates = intermediates.Select(each => (Certificate: each, Handle: X509Handle.Parse(each.RawData))).ToList();
        using var leaf = X509Handle.Parse(certificate.RawData);
        try
        {
            if (leaf.IsInvalid || OpenSsl.X509_self_signed(leaf.Pointer, 1) == 1)
            {
                return null;
            }

            return Nearest(leaf, candidates.Where(candidate => !candidate.Handle.IsInvalid)).Certificate ?? StoredIssuerOf(certificate, leaf);
        }
        finally
        {
            candidates.ForEach(candidate => candidate.Handle.Dispose());
            OpenSsl.ERR_clear_error();
        }
    }

    private static X509Certificate2? StoredIssuerOf(X509Certificate2 certificate, X509Handle leaf)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllFlags;
        _ = chain.Build(certificate);
        var issuer = chain.ChainElements.Count > 1 ? chain.ChainElements[1].Certificate : null;
        using var handle = issuer is null ? null : X509Handle.Parse(issuer.RawData);
        return handle is { IsInvalid: false } && Verify(leaf, handle) != Verdict.WrongKey ? issuer : null;
    }

    // Of several certificates of one key the one that clients accept longest.
    private static (X509Certificate2? Certificate, X509Handle Handle, Verdict Verdict) Nearest(
        X509Handle subject, IEnumerable<(X509Certificate2 Certificate, X509Handle Handle)> candidates) => candidates
        .Where(candidate => OpenSsl.X509_check_issued(candidate.Handle.Pointer, subject.Pointer) == OpenSsl.X509_V_OK)
        .Select(candidate => ((X509Certificate2?)candidate.Certificate, candidate.Handle, Verdict: Verify(subject, candidate.Handle)))
        .Where(candidate => candidate.Verdict != Verdict.WrongKey)
        .OrderBy(candidate => candidate.Verdict)
        .ThenBy(candidate => CertificateChecks.ProblemNow(candidate.Item1!) is not null)
        .ThenByDescending(candidate => candidate.Item1!.NotAfter)
        .FirstOrDefault();

    private static Verdict Verify(X509Handle subject, X509Handle issuer) =>
        OpenSsl.X509_verify(subject.Pointer, OpenSsl.X509_get0_pubkey(issuer.Pointer)) switch
        {
            1 => Verdict.Signed,
            0 => Verdict.WrongKey,
            _ => Verdict.Unknown,
        };

    /// <summary>Whether a certificate's key made a signature. Best first.</summary>
    private enum Verdict
    {
        Signed,

        /// <summary>OpenSSL lacks the algorithm, or a policy of the system forbids it; clients may see it otherwise.</summary>
        Unknown,

        WrongKey,
    }
}
