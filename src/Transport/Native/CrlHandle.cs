using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>An X509_CRL, one revocation list.</summary>
internal sealed unsafe class CrlHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    // 0001-01-01, counted from 1970-01-01.
    private const int FirstDay = -719_162;

    // As long as the process.
    private static readonly nint s_epoch = OpenSsl.ASN1_TIME_set(0, 0);

    private CrlHandle(nint list)
        : base(ownsHandle: true) => SetHandle(list);

    internal nint Pointer => handle;

    /// <summary>When it was made (thisUpdate); null when it does not say so in a form that can be read.</summary>
    internal DateTimeOffset? Made => TimeOf(OpenSsl.X509_CRL_get0_lastUpdate(handle));

    /// <summary>Until when it is current (nextUpdate); null when it does not say.</summary>
    internal DateTimeOffset? Ends => TimeOf(OpenSsl.X509_CRL_get0_nextUpdate(handle));

    /// <summary>Reads a list's DER form; an invalid handle when OpenSSL cannot.</summary>
    internal static CrlHandle Parse(ReadOnlySpan<byte> der)
    {
        fixed (byte* start = der)
        {
            var position = start;
            OpenSsl.ERR_clear_error();
            var list = new CrlHandle(OpenSsl.d2i_X509_CRL(0, &position, der.Length));
            OpenSsl.ERR_clear_error();
            return list;
        }
    }

    /// <summary>Whether it is an authority's, by its name and the signature of its key.</summary>
    internal bool IsSignedBy(X509Handle authority)
    {
        OpenSsl.ERR_clear_error();
        var signed = OpenSsl.X509_NAME_cmp(OpenSsl.X509_CRL_get_issuer(handle), OpenSsl.X509_get_subject_name(authority.Pointer)) == 0
            && OpenSsl.X509_CRL_verify(handle, OpenSsl.X509_get0_pubkey(authority.Pointer)) == 1;
        OpenSsl.ERR_clear_error();
        return signed;
    }

    protected override bool ReleaseHandle()
    {
        OpenSsl.X509_CRL_free(handle);
        return true;
    }

    // A GeneralizedTime may be of the year 0, before .NET's begins; both end with 9999.
    private static DateTimeOffset? TimeOf(nint time)
    {
        int days, seconds;
        return time != 0 && OpenSsl.ASN1_TIME_diff(&days, &seconds, s_epoch, time) == 1 && days >= FirstDay
            ? DateTimeOffset.UnixEpoch.AddDays(days).AddSeconds(seconds)
            : null;
    }
}
