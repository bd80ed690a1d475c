using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Pipeline;

internal static partial class PipelineLog
{
    public const string Category = "Aeronet.AspNetCore.Middleware.Pipeline";

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "{Step} comes after {Others}: {Consequence}. Call app.{Method}() before app.{Other}().",
        EventName = "ComesTooLate")]
    public static partial void ComesTooLate(ILogger logger, LogText step, LogText others, LogText consequence, LogText method, LogText other);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "{Step} comes before {Others}: {Consequence}. Call app.{Method}() after app.{Other}().",
        EventName = "ComesTooEarly")]
    public static partial void ComesTooEarly(ILogger logger, LogText step, LogText others, LogText consequence, LogText method, LogText other);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "{Step} comes after authorization, which WebApplication puts first where nothing else does, and '{Endpoint}' needs it: "
            + "{Consequence}. Call app.UseAuthentication() and app.UseAuthorization() after app.{Method}().",
        EventName = "AuthorizationComesFirst")]
    public static partial void AuthorizationComesFirst(ILogger logger, LogText step, LogText endpoint, LogText consequence, LogText method);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "{Step} does what app.{Framework}() does, and both are called. Remove app.{Framework}().",
        EventName = "Twice")]
    public static partial void Twice(ILogger logger, LogText step, LogText framework);

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "{Section} is set and nothing goes by it: call app.UseAeronet() or app.{Method}(), or remove it.",
        EventName = "Unused")]
    public static partial void Unused(ILogger logger, LogText section, LogText method);

    [LoggerMessage(
        6,
        LogLevel.Warning,
        "{Call} comes behind another UseAeronetCors, which answers all preflights by a policy of its own: give endpoints their policy by "
            + "RequireAeronetCors(), or a path its policy by UseAeronetRoute() in the pipeline that the first is in.",
        EventName = "SecondCors")]
    public static partial void SecondCors(ILogger logger, LogText call);
}
