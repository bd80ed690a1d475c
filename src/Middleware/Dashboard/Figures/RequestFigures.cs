using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Requests to the application, less those to the dashboard.</summary>
/// <param name="Active">Those in progress.</param>
/// <param name="Ended">Those that were answered.</param>
/// <param name="ByStatus">The same by the first digit of their status: <c>2xx</c>, <c>4xx</c>.</param>
/// <param name="Durations">How long they took.</param>
internal sealed record RequestFigures(long Active, Flow Ended, IReadOnlyDictionary<string, Flow> ByStatus, Durations Durations)
{
    private const string Duration = "http.server.request.duration";
    private const string Status = "http.response.status_code";

    private static readonly string[] Classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    public static RequestFigures Of(Interval interval, int viewers) => new(
        Math.Max(0, (long)interval.Now.Sum("http.server.active_requests") - viewers),
        interval.Flow(static meters => meters.Distribution(Duration).Count),
        Classes.ToDictionary(
            static name => name,
            name => interval.Flow(meters => CountOf(meters, name[0]))),
        interval.Durations(Duration));

    private static long CountOf(MeterSnapshot meters, char firstDigit) =>
        meters.Points(Duration).Where(point => point.Tags[Status]?[0] == firstDigit).Sum(static point => point.Distribution.Count);
}
