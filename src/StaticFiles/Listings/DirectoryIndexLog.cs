using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Listings;

internal static partial class DirectoryIndexLog
{
    [LoggerMessage(40, LogLevel.Warning, "The directory index template '{File}' is broken, the built-in page is sent: {Problem}", EventName = "TemplateBroken")]
    public static partial void TemplateBroken(ILogger logger, LogText file, LogText problem);

    [LoggerMessage(41, LogLevel.Warning, "The directory index renderer failed for '{Path}', the built-in page is sent.", EventName = "RendererFailed")]
    public static partial void RendererFailed(ILogger logger, LogText path, Exception error);

    [LoggerMessage(42, LogLevel.Warning, "'{File}' of the directory index cannot be used, what was read before is: {Problem}", EventName = "FileUnusable")]
    public static partial void FileUnusable(ILogger logger, LogText file, LogText problem);

    [LoggerMessage(43, LogLevel.Warning, "The directory for '{Path}' could not be read.", EventName = "DirectoryUnreadable")]
    public static partial void DirectoryUnreadable(ILogger logger, LogText path);

    [LoggerMessage(44, LogLevel.Warning, "'{Path}' is not shown below its list: {Problem}.", EventName = "ReadmeFailed")]
    public static partial void ReadmeFailed(ILogger logger, LogText path, LogText problem);

    [LoggerMessage(
        45,
        LogLevel.Warning,
        "The list for '{Path}' cannot be sent: {Problem}. Lower DirectoryIndex:PageSize, or shorten what is put around the list.",
        EventName = "PageTooLarge")]
    public static partial void PageTooLarge(ILogger logger, LogText path, LogText problem);
}
