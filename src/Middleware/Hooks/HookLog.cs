using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Hooks;

internal static partial class HookLog
{
    public const string Category = "Aeronet.AspNetCore.Middleware.Hooks";

    // Warnings: what the application's own code does is not a fault of the server.
    [LoggerMessage(
        1, LogLevel.Warning, "The request hook {Hook} threw; the request is answered with 500.", EventName = "RequestHookFailed")]
    public static partial void RequestHookFailed(ILogger logger, LogText hook, Exception error);

    [LoggerMessage(
        2, LogLevel.Warning, "The response hook {Hook} threw; the response is sent all the same.", EventName = "ResponseHookFailed")]
    public static partial void ResponseHookFailed(ILogger logger, LogText hook, Exception error);

    [LoggerMessage(3, LogLevel.Debug, "The request hook {Hook} answered the request.", EventName = "ShortCircuited")]
    public static partial void ShortCircuited(ILogger logger, LogText hook);

    [LoggerMessage(4, LogLevel.Debug, "The request hook {Hook} found a bad request; it is answered with {Status}.", EventName = "RequestRefused")]
    public static partial void RequestRefused(ILogger logger, LogText hook, int status, Exception error);
}
