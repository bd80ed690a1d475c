using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles;

internal static partial class StaticFilesLog
{
    [LoggerMessage(1, LogLevel.Debug, "Serving '{Root}' under '{RequestPath}' ({Strategy}).", EventName = "Serving")]
    public static partial void Serving(ILogger logger, LogText root, LogText requestPath, LogText strategy);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "Serving '{Root}' by full paths: this system cannot open files beneath a directory. Nobody else may be able to create links in it.",
        EventName = "ServingByFullPath")]
    public static partial void ServingByFullPath(ILogger logger, LogText root);

    [LoggerMessage(3, LogLevel.Information, "The file for '{Path}' exists and this process may not read it.", EventName = "Denied")]
    public static partial void Denied(ILogger logger, LogText path);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "The file for '{Path}' could not be opened: out of descriptors or memory, or a failing medium.",
        EventName = "Unavailable")]
    public static partial void Unavailable(ILogger logger, LogText path);

    [LoggerMessage(
        5, LogLevel.Warning, "The file for '{Path}' became shorter while it was sent: connection aborted.", EventName = "Truncated")]
    public static partial void Truncated(ILogger logger, LogText path);

    [LoggerMessage(
        6,
        LogLevel.Warning,
        "Not every directory below '{Root}' is watched, because {Reason}: names that lead elsewhere are noticed after OpenFileCacheMaxAge there. "
            + "Raise the limit, or set WatchDirectories to false.",
        EventName = "NotWatched")]
    public static partial void NotWatched(ILogger logger, LogText root, LogText reason);
}
