using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>What is logged of the revocation of client certificates, by the transport's category.</summary>
internal static partial class RevocationLog
{
    [LoggerMessage(120, LogLevel.Information, "There is a new revocation list from {Url}, {Until}.", EventName = "RevocationListUpdated")]
    internal static partial void Updated(ILogger logger, LogText url, LogText until);

    [LoggerMessage(121, LogLevel.Warning, "There is no new revocation list from {Url}: {Reason}. {Present}; it is asked for again. Logged once until one is there.", EventName = "RevocationListFailed")]
    internal static partial void Failed(ILogger logger, LogText url, LogText reason, LogText present);

    [LoggerMessage(122, LogLevel.Information, "Revocation lists come from {Url} again.", EventName = "RevocationListBack")]
    internal static partial void Back(ILogger logger, LogText url);

    [LoggerMessage(123, LogLevel.Warning, "The revocation list from {Url} cannot be kept on disk: {Reason}", EventName = "RevocationListNotKept")]
    internal static partial void NotKept(ILogger logger, LogText url, LogText reason);

    [LoggerMessage(124, LogLevel.Warning, "The revocation list from {Url} has ended, and no other is there: nobody can say whether client certificates of its issuer were revoked.", EventName = "RevocationListEnded")]
    internal static partial void Ended(ILogger logger, LogText url);

    [LoggerMessage(125, LogLevel.Warning, "ITlsRevocationChecker threw when it was asked about '{Subject}'.", EventName = "RevocationCheckFailed")]
    internal static partial void CheckFailed(ILogger logger, LogText subject, Exception exception);

    [LoggerMessage(126, LogLevel.Warning, "ITlsRevocationChecker has not answered within {Timeout} when it was asked about '{Subject}'.", EventName = "RevocationCheckTimedOut")]
    internal static partial void CheckTimedOut(ILogger logger, TimeSpan timeout, LogText subject);
}
