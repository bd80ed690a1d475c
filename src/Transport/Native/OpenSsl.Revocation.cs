using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>Certificate revocation lists, and the verification of a certificate outside of a handshake's own.</summary>
internal static unsafe partial class OpenSsl
{
    internal const int X509_V_ERR_CRL_SIGNATURE_FAILURE = 8;
    internal const int X509_V_ERR_OUT_OF_MEM = 17;
    internal const int X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION = 36;

    [LibraryImport(Crypto)]
    internal static partial int X509_CRL_verify(nint list, nint key);

    [LibraryImport(Crypto)]
    internal static partial nint X509_CRL_get0_lastUpdate(nint list);

    [LibraryImport(Crypto)]
    internal static partial nint X509_CRL_get0_nextUpdate(nint list);

    [LibraryImport(Crypto)]
    internal static partial nint X509_CRL_get_issuer(nint list);

    [LibraryImport(Crypto)]
    internal static partial nint X509_get_subject_name(nint certificate);

    [LibraryImport(Crypto)]
    internal static partial int X509_NAME_cmp(nint one, nint other);

    [LibraryImport(Crypto)]
    internal static partial nint ASN1_TIME_set(nint target, nint seconds);

    [LibraryImport(Crypto)]
    internal static partial int ASN1_TIME_diff(int* days, int* seconds, nint from, nint to);

    [LibraryImport(Crypto)]
    internal static partial void X509_STORE_CTX_set0_crls(nint storeContext, nint lists);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_CTX_get0_chain(nint storeContext);
}
