using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Aeronet.AspNetCore.Transport.Tls.Revocation;

namespace Aeronet.AspNetCore.Transport.Tls.ClientCertificates;

/// <summary>
/// Checks the certificates that a host's clients show: by OpenSSL, by lists that were fetched, by the application. Inside the handshake, so that a
/// refusal goes out as the alert that says why.
/// </summary>
/// <param name="host">Whose policy holds.</param>
/// <param name="lists">The revocation lists that are fetched for it.</param>
/// <param name="revocation">How the application learns of revocation; null for not at all.</param>
internal sealed unsafe partial class ClientCertificateVerifier(TlsHost host, FetchedList[] lists, ClientRevocation? revocation)
{
    // Hashed in about a quarter of a millisecond.
    private const int LongList = 256 * 1024;

    // Whether the check that this thread makes found nothing current, and goes on (TlsRevocationFailure.Soft).
    [ThreadStatic]
    private static bool t_isUnknown;

    private readonly RevocationChecks? _checks = revocation?.Checks;
    private readonly bool _hasLongList = host.RevocationLists.Any(list => list.Length > LongList);

    /// <summary>The host's; null where nobody is asked for a certificate.</summary>
    internal static ClientCertificateVerifier? For(TlsHost host, ClientRevocation? revocation) =>
        host.IsOpen ? null : new ClientCertificateVerifier(host, revocation?.ListsOf(host) ?? [], revocation);

    /// <summary>Whether a check may take longer than a loop can wait: the application is asked, or OpenSSL hashes a long list, as it does each time.</summary>
    internal bool TakesLong =>
        AsksApplication || _hasLongList || Array.Exists(lists, list => list.Current?.Length > LongList);

    /// <summary>Whether <see cref="Accepts"/> does more than OpenSSL would by itself.</summary>
    internal bool DoesMore => AsksApplication || lists.Length > 0 || host.RevocationFailure == TlsRevocationFailure.Soft;

    private bool AsksApplication => host.ClientCertificateValidation is not null || _checks is not null;

    /// <summary>The lists that are fetched.</summary>
    internal IReadOnlyList<FetchedList> Lists => lists;

    /// <summary>What OpenSSL is to ask about each certificate of a chain.</summary>
    internal static delegate* unmanaged<int, nint, int> CallbackOf(TlsHost host) =>
        host.RevocationFailure == TlsRevocationFailure.Soft ? &OnCertificateSoft : &OnCertificate;

    /// <summary>
    /// Called for each certificate of a chain with what OpenSSL thinks of it (SSL_CTX_set_verify(3)). The client's own must
    /// have a revocation list; the authorities above it are checked against the lists that were given.
    /// </summary>
    [UnmanagedCallersOnly]
    private static int OnCertificate(int accepted, nint storeContext)
    {
        try
        {
            if (accepted == 1
                || OpenSsl.X509_STORE_CTX_get_error_depth(storeContext) == 0
                || OpenSsl.X509_STORE_CTX_get_error(storeContext) is not (OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL or OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER))
            {
                return accepted;
            }

            OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_OK);
            return 1;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    /// <summary>Likewise, where no current list is no obstacle. A list that has ended still says who was revoked by then.</summary>
    [UnmanagedCallersOnly]
    private static int OnCertificateSoft(int accepted, nint storeContext)
    {
        try
        {
            if (accepted == 1 || !IsAboutLists(OpenSsl.X509_STORE_CTX_get_error(storeContext)))
            {
                return accepted;
            }

            t_isUnknown |= OpenSsl.X509_STORE_CTX_get_error_depth(storeContext) == 0;
            OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_OK);
            return 1;
        }
        catch (Exception failure)
        {
            NativeFaults.Note(failure);
            return 0;
        }
    }

    /// <summary>Checks the chain of a client, and asks the application what it makes of the result.</summary>
    /// <param name="storeContext">OpenSSL's.</param>
    /// <param name="thrown">What the application threw, to be logged when OpenSSL has returned: a logger is the application's code too.</param>
    internal bool Accepts(nint storeContext, out Exception? thrown)
    {
        thrown = null;
        var error = Verify(storeContext);
        if (error == OpenSsl.X509_V_OK && _checks is not null)
        {
            error = AskChecker(_checks, storeContext);
            OpenSsl.X509_STORE_CTX_set_error(storeContext, error);
        }

        var accepted = host.ClientCertificateValidation is { } validation
            ? TryAsk(validation, storeContext, error == OpenSsl.X509_V_OK ? null : OpenSslErrors.DescribeVerdict(error), out thrown)
            : error == OpenSsl.X509_V_OK;
        if (accepted)
        {
            OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_OK);
        }
        else if (error == OpenSsl.X509_V_OK)
        {
            // Its alert is bad_certificate.
            OpenSsl.X509_STORE_CTX_set_error(storeContext, OpenSsl.X509_V_ERR_CERT_REJECTED);
        }

        // Neither the check nor the application's calls may leave anything: SSL_get_error would take it for the handshake's.
        OpenSsl.ERR_clear_error();
        return accepted;
    }

    private static bool IsAboutLists(int error) => error is OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL or OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER
        or OpenSsl.X509_V_ERR_CRL_NOT_YET_VALID or OpenSsl.X509_V_ERR_CRL_HAS_EXPIRED
        or OpenSsl.X509_V_ERR_CRL_SIGNATURE_FAILURE or OpenSsl.X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION;

    /// <summary>OpenSSL's verdict, with the lists that were fetched beside those of its store.</summary>
    private int Verify(nint storeContext)
    {
        t_isUnknown = false;
        var current = Array.ConvertAll(lists, list => list.Current);
        var stack = current.Length > 0 ? OpenSsl.OPENSSL_sk_new_null() : 0;
        try
        {
            foreach (var list in current)
            {
                if (list is not null && OpenSsl.OPENSSL_sk_push(stack, list.Pointer) == 0)
                {
                    return OpenSsl.X509_V_ERR_OUT_OF_MEM;
                }
            }

            OpenSsl.X509_STORE_CTX_set0_crls(storeContext, stack);
            OpenSsl.ERR_clear_error();
            var verified = OpenSsl.X509_verify_cert(storeContext) == 1;
            var error = OpenSsl.X509_STORE_CTX_get_error(storeContext);
            if (verified && t_isUnknown)
            {
                revocation?.Metrics.LetInUnchecked();
            }

            return verified ? OpenSsl.X509_V_OK : error == OpenSsl.X509_V_OK ? OpenSsl.X509_V_ERR_CERT_REJECTED : error;
        }
        finally
        {
            OpenSsl.X509_STORE_CTX_set0_crls(storeContext, 0);
            OpenSsl.OPENSSL_sk_free(stack);

            // Others may have taken their places meanwhile.
            GC.KeepAlive(current);
        }
    }

    private int AskChecker(RevocationChecks checks, nint storeContext)
    {
        var chain = OpenSsl.X509_STORE_CTX_get0_chain(storeContext);
        var certificate = X509Handle.Encode(OpenSsl.X509_STORE_CTX_get0_cert(storeContext));
        var issuer = OpenSsl.OPENSSL_sk_num(chain) > 1 ? X509Handle.Encode(OpenSsl.OPENSSL_sk_value(chain, 1)) : null;
        var status = checks.Ask(certificate, issuer, host.Revocation);
        if (status == TlsRevocationStatus.Unknown && host.RevocationFailure == TlsRevocationFailure.Soft)
        {
            revocation!.Metrics.LetInUnchecked();
            return OpenSsl.X509_V_OK;
        }

        return status switch
        {
            TlsRevocationStatus.Good => OpenSsl.X509_V_OK,
            TlsRevocationStatus.Revoked => OpenSsl.X509_V_ERR_CERT_REVOKED,
            _ => OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL,
        };
    }

    private static bool TryAsk(Func<X509Certificate2, X509Certificate2Collection, string?, bool> validation, nint storeContext, string? error, out Exception? thrown)
    {
        thrown = null;
        try
        {
            // The certificates are the application's from here on, to keep as long as it likes.
            var sent = OpenSsl.X509_STORE_CTX_get0_untrusted(storeContext);
            var chain = new X509Certificate2Collection();
            for (var i = 1; i < OpenSsl.OPENSSL_sk_num(sent); i++)
            {
                chain.Add(X509CertificateLoader.LoadCertificate(X509Handle.Encode(OpenSsl.OPENSSL_sk_value(sent, i))));
            }

            return validation(X509CertificateLoader.LoadCertificate(X509Handle.Encode(OpenSsl.X509_STORE_CTX_get0_cert(storeContext))), chain, error);
        }
        catch (Exception failure)
        {
            thrown = failure;
            return false;
        }
    }
}
