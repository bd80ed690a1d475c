namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>The reason codes of libssl's errors that mean something to the transport (openssl/sslerr.h, unchanged since 1.1.1).</summary>
internal static class OpenSslReasons
{
    internal const int NoSuitableKeyShare = 101;
    internal const int NoSuitableSignatureAlgorithm = 118;
    internal const int CertificateVerifyFailed = 134;
    internal const int DecryptionFailed = 147;
    internal const int HttpsProxyRequest = 155;
    internal const int HttpRequest = 156;
    internal const int VersionTooHigh = 166;
    internal const int NoProtocolsAvailable = 191;
    internal const int NoSharedCipher = 193;
    internal const int PeerDidNotReturnACertificate = 199;
    internal const int NoApplicationProtocol = 235;
    internal const int UnknownProtocol = 252;
    internal const int UnsupportedProtocol = 258;
    internal const int WrongVersionNumber = 267;
    internal const int BadRecordMac = 281;
    internal const int UnexpectedEof = 294;

    /// <summary>What OpenSSL 3.2 and newer say on top of the reason of a record's failure.</summary>
    internal const int RecordLayerFailure = 313;
    internal const int NoSharedSignatureAlgorithms = 376;
    internal const int VersionTooLow = 396;
    internal const int NoSharedGroups = 410;

    /// <summary>An alert from the peer is this plus the alert's number (SSL_AD_REASON_OFFSET).</summary>
    internal const int PeerAlert = 1000;
}
