using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>What is logged of servers' certificates while they serve, by the transport's category.</summary>
internal static partial class CertificateLog
{
    [LoggerMessage(80, LogLevel.Information, "TLS on {EndPoint} was read again; new connections get {Certificates}.", EventName = "CertificatesReloaded")]
    internal static partial void Reloaded(ILogger logger, LogText endPoint, LogText certificates);

    [LoggerMessage(81, LogLevel.Warning, "TLS on {EndPoint} keeps what it has; what is there now cannot be used, and is tried again when it changes. {Reason}", EventName = "ReloadFailed")]
    internal static partial void ReloadFailed(ILogger logger, LogText endPoint, LogText reason);

    [LoggerMessage(82, LogLevel.Warning, "The certificate '{Subject}' of {Host} on {EndPoint} expires in {Days} day(s), on {Date}: renew it. Logged once a day.", EventName = "CertificateExpires")]
    internal static partial void Expires(ILogger logger, LogText subject, LogText host, LogText endPoint, int days, LogText date);

    [LoggerMessage(83, LogLevel.Warning, "The certificate '{Subject}' of {Host} on {EndPoint} {Problem}, and clients refuse it: renew it. Logged once a day.", EventName = "CertificateExpired")]
    internal static partial void Expired(ILogger logger, LogText subject, LogText host, LogText endPoint, LogText problem);

    [LoggerMessage(84, LogLevel.Debug, "The folder {Path} is not watched ({Reason}); certificates in it are looked at every ReloadInterval.", EventName = "FolderNotWatched")]
    internal static partial void NotWatched(ILogger logger, LogText path, LogText reason);

    [LoggerMessage(85, LogLevel.Error, "A handler of ITlsCertificateManager.Reloaded threw.", EventName = "ReloadHandlerFailed")]
    internal static partial void HandlerFailed(ILogger logger, Exception exception);
}
