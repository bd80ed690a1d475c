using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>The staples of one host's certificates, found by the certificate that OpenSSL has chosen for a handshake. Not changed once handshakes have it.</summary>
/// <param name="host">The host's name in the options; null for the endpoint's own policy.</param>
/// <param name="time">The clock.</param>
internal sealed class HostStaples(string? host, TimeProvider time)
{
    // One RSA, one ECDSA.
    private readonly List<(nint Certificate, CertificateStaple Staple)> _staples = [];

    internal string? Host => host;

    internal bool IsEmpty => _staples.Count == 0;

    internal IEnumerable<CertificateStaple> All => _staples.Select(pair => pair.Staple);

    /// <param name="certificate">The X509 that the SSL_CTX has, and every SSL of it: OpenSSL counts its uses and makes no copies.</param>
    /// <param name="staple">Its place.</param>
    internal void Add(nint certificate, CertificateStaple staple) => _staples.Add((certificate, staple));

    /// <summary>
    /// Gives a handshake the staple of the certificate that it shows (SSL_set_tlsext_status_ocsp_resp(3)). Nothing is allocated but OpenSSL's
    /// copy, which it frees with the SSL.
    /// </summary>
    /// <param name="ssl">In its callback for the client's status request.</param>
    /// <param name="age">How old what the staple says is.</param>
    /// <returns>False when there is none that may be sent.</returns>
    internal unsafe bool TrySend(nint ssl, out TimeSpan age)
    {
        var now = time.GetUtcNow();
        age = default;
        if (Find(OpenSsl.SSL_get_certificate(ssl))?.Current(now) is not { } staple)
        {
            return false;
        }

        var der = staple.Der;
        var copy = OpenSsl.CRYPTO_malloc((nuint)der.Length, null, 0);
        if (copy is null)
        {
            return false;
        }

        der.CopyTo(new Span<byte>(copy, der.Length));
        if (OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP, der.Length, (nint)copy) != 1)
        {
            OpenSsl.CRYPTO_free(copy, null, 0);
            return false;
        }

        age = now - staple.ThisUpdate;
        return true;
    }

    /// <summary>What is shown of a certificate, with its staple.</summary>
    internal TlsCertificateStatus Describe(TlsCertificateStatus certificate)
    {
        if (All.FirstOrDefault(staple => staple.Fingerprint == certificate.Fingerprint) is not { } staple)
        {
            return certificate;
        }

        var last = staple.Last;
        return certificate with
        {
            Staple = last?.IsCurrent(time.GetUtcNow()) != true ? TlsStapleState.Missing : last.IsRevoked ? TlsStapleState.Revoked : TlsStapleState.Good,
            StapleUpdatedAt = last?.ThisUpdate,
            StapleExpiresAt = last?.Expires,
            StapleProblem = staple.Problem,
            DemandsStaple = staple.MustStaple,
        };
    }

    private CertificateStaple? Find(nint certificate)
    {
        foreach (var (each, staple) in _staples)
        {
            if (each == certificate)
            {
                return staple;
            }
        }

        return null;
    }
}
