using System.Security.Authentication;
using System.Text.Json;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>Sorts failures and names them.</summary>
internal static class TlsFailures
{
    // Alerts by which a peer says that it will not have our certificate (RFC 8446, section 6.2): bad_certificate to
    // certificate_unknown, and unknown_ca.
    private const int FirstCertificateAlert = OpenSslReasons.PeerAlert + 42;
    private const int LastCertificateAlert = OpenSslReasons.PeerAlert + 46;
    private const int UnknownAuthorityAlert = OpenSslReasons.PeerAlert + 48;
    private const int LastAlert = OpenSslReasons.PeerAlert + byte.MaxValue;

    private static readonly string[] s_names = [.. Enum.GetNames<TlsFailure>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>The failure as a value of <c>error.type</c>.</summary>
    internal static string NameOf(TlsFailure failure) => s_names[(int)failure];

    /// <summary>What libssl's reason means; see <see cref="OpenSslReasons"/>.</summary>
    internal static TlsFailure Of(int reason) => reason switch
    {
        OpenSslReasons.HttpRequest or OpenSslReasons.HttpsProxyRequest => TlsFailure.PlainHttp,
        OpenSslReasons.WrongVersionNumber => TlsFailure.NotTls,
        OpenSslReasons.UnsupportedProtocol or OpenSslReasons.VersionTooLow or OpenSslReasons.VersionTooHigh
            or OpenSslReasons.UnknownProtocol or OpenSslReasons.NoProtocolsAvailable => TlsFailure.UnsupportedVersion,
        OpenSslReasons.NoSharedCipher => TlsFailure.NoSharedCipher,
        OpenSslReasons.NoSharedGroups or OpenSslReasons.NoSuitableKeyShare => TlsFailure.NoSharedGroup,
        OpenSslReasons.NoSharedSignatureAlgorithms or OpenSslReasons.NoSuitableSignatureAlgorithm => TlsFailure.NoSharedSignatureAlgorithm,
        OpenSslReasons.NoApplicationProtocol => TlsFailure.AlpnMismatch,
        OpenSslReasons.PeerDidNotReturnACertificate => TlsFailure.NoClientCertificate,
        OpenSslReasons.CertificateVerifyFailed => TlsFailure.BadCertificate,
        OpenSslReasons.BadRecordMac or OpenSslReasons.DecryptionFailed => TlsFailure.BadRecord,
        OpenSslReasons.UnexpectedEof => TlsFailure.PeerClosed,
        (>= FirstCertificateAlert and <= LastCertificateAlert) or UnknownAuthorityAlert => TlsFailure.CertificateRefusedByPeer,
        >= OpenSslReasons.PeerAlert and <= LastAlert => TlsFailure.PeerAlert,
        _ => TlsFailure.ProtocolError,
    };

    /// <summary>What OpenSSL has against the peer's certificate (X509_STORE_CTX_get_error(3)).</summary>
    internal static TlsFailure OfVerdict(int verdict) => verdict switch
    {
        OpenSsl.X509_V_ERR_CERT_HAS_EXPIRED => TlsFailure.Expired,
        OpenSsl.X509_V_ERR_CERT_REVOKED => TlsFailure.Revoked,
        OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL or OpenSsl.X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER or OpenSsl.X509_V_ERR_CRL_NOT_YET_VALID
            or OpenSsl.X509_V_ERR_CRL_HAS_EXPIRED => TlsFailure.RevocationUnknown,
        OpenSsl.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT or OpenSsl.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT or OpenSsl.X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
            or OpenSsl.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY or OpenSsl.X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE => TlsFailure.UnknownAuthority,
        _ => TlsFailure.BadCertificate,
    };

    /// <summary>The exception that Kestrel's own stream would have thrown, which its meter and log name.</summary>
    internal static Type KestrelsException(TlsFailure failure) => failure switch
    {
        TlsFailure.Timeout => typeof(OperationCanceledException),
        TlsFailure.PeerClosed or TlsFailure.PeerReset => typeof(IOException),
        _ => typeof(AuthenticationException),
    };

    /// <summary>Whether the peer was told, by an alert from OpenSSL or in HTTP, and the answer must not be lost to a reset.</summary>
    internal static bool IsAnswered(TlsFailure failure) => failure is TlsFailure.PlainHttp or TlsFailure.UnsupportedVersion or TlsFailure.NoSharedCipher
        or TlsFailure.NoSharedGroup or TlsFailure.PostQuantumRequired or TlsFailure.NoSharedSignatureAlgorithm or TlsFailure.UnknownSni or TlsFailure.AlpnMismatch
        or TlsFailure.NoClientCertificate or TlsFailure.BadCertificate
        or TlsFailure.Expired or TlsFailure.Revoked or TlsFailure.RevocationUnknown or TlsFailure.UnknownAuthority or TlsFailure.BadRecord or TlsFailure.ProtocolError
        or TlsFailure.ObserverFailed or TlsFailure.Internal;
}
