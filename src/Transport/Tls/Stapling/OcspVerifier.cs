using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>
/// Asks about one certificate, and verifies what is answered: signed by its issuer or by whom the issuer has authorized for it (RFC 6960,
/// section 4.2.2.2), about this certificate, and valid now. Any thread.
/// </summary>
/// <param name="certificate">DER.</param>
/// <param name="issuer">DER of the certificate whose key signed it: what is trusted, and all that is.</param>
internal sealed unsafe class OcspVerifier(byte[] certificate, byte[] issuer)
{
    // Clocks of responders run ahead, as nginx and the RFC's own clients assume.
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    /// <summary>The request (RFC 6960, section 4.1.1): one certificate, by SHA-1 as every responder knows it, without a nonce, which caches could not answer.</summary>
    /// <exception cref="InvalidOperationException">OpenSSL cannot make it.</exception>
    internal byte[] MakeRequest()
    {
        using var leaf = X509Handle.Parse(certificate);
        using var authority = X509Handle.Parse(issuer);
        var request = OpenSsl.OCSP_REQUEST_new();
        try
        {
            var id = OpenSsl.OCSP_cert_to_id(OpenSsl.EVP_sha1(), leaf.Pointer, authority.Pointer);
            if (request == 0 || id == 0 || OpenSsl.OCSP_request_add0_id(request, id) == 0)
            {
                OpenSsl.OCSP_CERTID_free(id);
                throw OpenSslErrors.Failure(OpenSslErrors.Take(), "The OCSP request cannot be made");
            }

            var der = new byte[Math.Max(0, OpenSsl.i2d_OCSP_REQUEST(request, null))];
            fixed (byte* start = der)
            {
                var position = start;
                _ = OpenSsl.i2d_OCSP_REQUEST(request, &position);
            }

            return der;
        }
        finally
        {
            OpenSsl.OCSP_REQUEST_free(request);
        }
    }

    internal OcspAnswer Read(byte[] der, DateTimeOffset now)
    {
        nint response = 0;
        nint basic = 0;
        try
        {
            OpenSsl.ERR_clear_error();
            fixed (byte* start = der)
            {
                var position = start;
                response = OpenSsl.d2i_OCSP_RESPONSE(0, &position, der.Length);
                if (response == 0 || position != start + der.Length)
                {
                    return OcspAnswer.Failed(OcspResult.Malformed, "what came is no OCSP response");
                }
            }

            var status = OpenSsl.OCSP_response_status(response);
            if (status != OpenSsl.OCSP_RESPONSE_STATUS_SUCCESSFUL)
            {
                return OcspAnswer.Failed(OcspResult.ResponderError, $"the responder answers '{Marshal.PtrToStringUTF8((nint)OpenSsl.OCSP_response_status_str(status))}'");
            }

            basic = OpenSsl.OCSP_response_get1_basic(response);
            return basic == 0
                ? OcspAnswer.Failed(OcspResult.Malformed, "the OCSP response is of an unknown kind")
                : Judge(basic, der, now);
        }
        finally
        {
            OpenSsl.OCSP_BASICRESP_free(basic);
            OpenSsl.OCSP_RESPONSE_free(response);
            OpenSsl.ERR_clear_error();
        }
    }

    private OcspAnswer Judge(nint basic, byte[] der, DateTimeOffset now)
    {
        using var leaf = X509Handle.Parse(certificate);
        using var authority = X509Handle.Parse(issuer);
        if (WhyUntrusted(basic, authority.Pointer, now) is { } reason)
        {
            return OcspAnswer.Failed(OcspResult.Untrusted, $"the OCSP response is not signed by the certificate's issuer or its delegate ({reason})");
        }

        if (!TryFind(basic, leaf.Pointer, authority.Pointer, out var status, out var thisUpdate, out var nextUpdate))
        {
            return OcspAnswer.Failed(OcspResult.OtherCertificate, "the OCSP response is for another certificate");
        }

        if (thisUpdate is not { } from || from > now + s_skew)
        {
            return OcspAnswer.Failed(OcspResult.NotCurrent, $"the OCSP response is not valid before {thisUpdate:u}");
        }

        var staple = new Staple(der, status == OpenSsl.V_OCSP_CERTSTATUS_REVOKED, from, nextUpdate);
        return !staple.IsCurrent(now) ? OcspAnswer.Failed(OcspResult.NotCurrent, $"the OCSP response was valid until {staple.Expires:u}")
            : status == OpenSsl.V_OCSP_CERTSTATUS_GOOD ? new OcspAnswer(OcspResult.Good, staple, "")
            : status == OpenSsl.V_OCSP_CERTSTATUS_REVOKED ? new OcspAnswer(OcspResult.Revoked, staple, "the certificate is revoked")
            : OcspAnswer.Failed(OcspResult.Unknown, "the responder does not know the certificate");
    }

    // The issuer alone is trusted, also an intermediate without its root: that its key has signed the certificate is known.
    private static string? WhyUntrusted(nint basic, nint authority, DateTimeOffset now)
    {
        var store = OpenSsl.X509_STORE_new();
        var known = OpenSsl.OPENSSL_sk_new_null();
        try
        {
            OpenSsl.ERR_clear_error();
            if (store == 0 || known == 0 || OpenSsl.X509_STORE_add_cert(store, authority) != 1 || OpenSsl.OPENSSL_sk_push(known, authority) <= 0)
            {
                return OpenSslErrors.Take() ?? "no memory";
            }

            _ = OpenSsl.X509_STORE_set_flags(store, OpenSsl.X509_V_FLAG_PARTIAL_CHAIN);
            OpenSsl.X509_VERIFY_PARAM_set_time(OpenSsl.X509_STORE_get0_param(store), (nint)now.ToUnixTimeSeconds());
            return OpenSsl.OCSP_basic_verify(basic, known, store, 0) > 0 ? null : OpenSslErrors.Take() ?? "no reason given";
        }
        finally
        {
            OpenSsl.OPENSSL_sk_free(known);
            OpenSsl.X509_STORE_free(store);
        }
    }

    private static bool TryFind(nint basic, nint leaf, nint authority, out int status, out DateTimeOffset? thisUpdate, out DateTimeOffset? nextUpdate)
    {
        // A responder answers by the hash it is asked by; a file may be of somebody who asks by SHA-256.
        foreach (var digest in (ReadOnlySpan<nint>)[OpenSsl.EVP_sha1(), OpenSsl.EVP_sha256()])
        {
            var id = OpenSsl.OCSP_cert_to_id(digest, leaf, authority);
            var found = 0;
            nint from = 0;
            nint to = 0;
            var isFound = id != 0 && OpenSsl.OCSP_resp_find_status(basic, id, &found, null, null, &from, &to) == 1;
            OpenSsl.OCSP_CERTID_free(id);
            if (isFound)
            {
                (status, thisUpdate, nextUpdate) = (found, TimeOf(from), TimeOf(to));
                return true;
            }
        }

        (status, thisUpdate, nextUpdate) = (-1, null, null);
        return false;
    }

    private static DateTimeOffset? TimeOf(nint time)
    {
        // struct tm of every libc begins with seconds, minutes, hours, days, months from 0 and years from 1900; musl's and glibc's have 56 bytes.
        var tm = stackalloc int[32];
        return time == 0 || OpenSsl.ASN1_TIME_to_tm(time, tm) != 1 || tm[5] + 1900 < DateTimeOffset.MinValue.Year
            ? null
            : new DateTimeOffset(tm[5] + 1900, tm[4] + 1, tm[3], tm[2], tm[1], Math.Min(tm[0], 59), TimeSpan.Zero);
    }
}
