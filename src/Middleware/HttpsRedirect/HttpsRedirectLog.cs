using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.HttpsRedirect;

internal static partial class HttpsRedirectLog
{
    [LoggerMessage(1, LogLevel.Debug, "Redirecting to {Location}.", EventName = "Redirecting")]
    public static partial void Redirecting(ILogger logger, LogText location);

    [LoggerMessage(2, LogLevel.Debug, "Refused a request with 400: {Reason}", EventName = "Refused")]
    public static partial void Refused(ILogger logger, LogText reason);

    [LoggerMessage(3, LogLevel.Debug, "Redirects go to port {Port}.", EventName = "HttpsPort")]
    public static partial void HttpsPort(ILogger logger, int port);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "Plain http requests are served without a redirect, for no https port is known: "
            + "set Aeronet:HttpsRedirect:HttpsPort, or add an https endpoint.",
        EventName = "NoHttpsPort")]
    public static partial void NoHttpsPort(ILogger logger);

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "Plain http requests are served without a redirect, for the server has several https ports ({Ports}): "
            + "set Aeronet:HttpsRedirect:HttpsPort to one of them.",
        EventName = "SeveralHttpsPorts")]
    public static partial void SeveralHttpsPorts(ILogger logger, LogText ports);

    [LoggerMessage(6, LogLevel.Critical, "{Failure} The application stops.", EventName = "OwnPort")]
    public static partial void OwnPort(ILogger logger, LogText failure);
}
