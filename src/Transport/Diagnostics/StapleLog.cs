using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>What is logged of the OCSP responses that handshakes carry, by the transport's category.</summary>
internal static partial class StapleLog
{
    [LoggerMessage(100, LogLevel.Debug, "Handshakes with the certificate '{Subject}' carry an OCSP response that is valid until {Expires}; the next is asked for at {Next}.", EventName = "StapleRenewed")]
    internal static partial void Renewed(ILogger logger, LogText subject, LogText expires, LogText next);

    [LoggerMessage(101, LogLevel.Warning, "There is no new OCSP response for the certificate '{Subject}': {Reason}. {Present}. It is tried again at intervals of up to an hour; logged once until there is one.", EventName = "StapleFailed")]
    internal static partial void Failed(ILogger logger, LogText subject, LogText reason, LogText present);

    [LoggerMessage(102, LogLevel.Information, "There are OCSP responses for the certificate '{Subject}' again.", EventName = "StapleBack")]
    internal static partial void Back(ILogger logger, LogText subject);

    [LoggerMessage(103, LogLevel.Error, "The certificate '{Subject}' is revoked, says its authority. Handshakes carry that, and clients refuse it: replace it now.", EventName = "CertificateRevoked")]
    internal static partial void Revoked(ILogger logger, LogText subject);

    [LoggerMessage(104, LogLevel.Warning, "The OCSP response for the certificate '{Subject}' was valid until {Expires}, and handshakes carry none until there is a new one.", EventName = "StapleExpired")]
    internal static partial void Expired(ILogger logger, LogText subject, LogText expires);

    [LoggerMessage(105, LogLevel.Error, "The certificate '{Subject}' demands an OCSP response and is served without: clients that heed it refuse the connection. {Reason}.", EventName = "MustStapleMissing")]
    internal static partial void MustStapleMissing(ILogger logger, LogText subject, LogText reason);

    [LoggerMessage(106, LogLevel.Warning, "Handshakes with the certificate '{Subject}' carry no OCSP response: {Reason}.", EventName = "StaplingImpossible")]
    internal static partial void Impossible(ILogger logger, LogText subject, LogText reason);

    [LoggerMessage(107, LogLevel.Warning, "The OCSP response for the certificate '{Subject}' cannot be kept in {Directory}: {Reason} Logged once until it can.", EventName = "StapleNotKept")]
    internal static partial void NotKept(ILogger logger, LogText subject, LogText directory, LogText reason);
}
