using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Dashboard;

/// <summary>What the dashboard logs.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(1, LogLevel.Warning,
        "The dashboard at '{Pattern}' answers 403: outside Development it requires authorization, and the application has no {Missing}. "
            + "Add it, or call MapAeronetDashboard().AllowAnonymous() to show it to everybody.",
        EventName = "Closed")]
    public static partial void Closed(ILogger logger, LogText pattern, LogText missing);

    [LoggerMessage(2, LogLevel.Warning,
        "The figures of the dashboard could not be read; the next attempt is in {Interval}.",
        EventName = "ReadFailed")]
    public static partial void ReadFailed(ILogger logger, TimeSpan interval, Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "A viewer of the dashboard joined; {Viewers} now.", EventName = "Joined")]
    public static partial void Joined(ILogger logger, int viewers);

    [LoggerMessage(4, LogLevel.Debug, "A viewer of the dashboard left; {Viewers} now.", EventName = "Left")]
    public static partial void Left(ILogger logger, int viewers);
}
