using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>TLS handshakes.</summary>
/// <param name="Active">Those in progress.</param>
/// <param name="Completed">Those that succeeded.</param>
/// <param name="Full">Those of them without a session to come back to; null where the server does not tell.</param>
/// <param name="Resumed">Those of them that resumed a session; null where the server does not tell.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="FailedBy">The same by reason.</param>
/// <param name="BrokenBy">Connections that ended after their handshake otherwise than by close_notify or reset, by reason.</param>
/// <param name="Durations">How long they took.</param>
internal sealed record HandshakeFigures(
    long Active,
    Flow Completed,
    Flow? Full,
    Flow? Resumed,
    Flow Failed,
    IReadOnlyDictionary<string, Flow> FailedBy,
    IReadOnlyDictionary<string, Flow>? BrokenBy,
    Durations Durations)
{
    private const string Duration = "kestrel.tls_handshake.duration";
    private const string Own = "aeronet.tls.handshakes";
    private const string Reason = "error.type";
    private const string IsResumed = "tls.resumed";

    /// <summary>From the transport's TLS if that serves, else from Kestrel's; null on other servers.</summary>
    public static HandshakeFigures? Of(Interval interval)
    {
        if (!interval.HasKestrel)
        {
            return null;
        }

        var active = Math.Max(0, (long)interval.Now.Sum("kestrel.active_tls_handshakes"));
        return interval.Has(Own)
            ? new(
                active,
                interval.Flow(static meters => meters.Sum(Own, IsResumed, "true") + meters.Sum(Own, IsResumed, "false")),
                interval.Flow(Own, IsResumed, "false"),
                interval.Flow(Own, IsResumed, "true"),
                interval.Flow(static meters => meters.SumBy(Own, Reason).Values.Sum()),
                interval.FlowBy(Own, Reason),
                interval.FlowBy("aeronet.tls.broken", Reason),
                interval.Durations(Duration))
            : new(
                active,
                interval.Flow(static meters => CountOf(meters, static reason => reason is null)),
                Full: null,
                Resumed: null,
                interval.Flow(static meters => CountOf(meters, static reason => reason is not null)),
                KestrelFailures(interval),
                BrokenBy: null,
                interval.Durations(Duration));
    }

    // Kestrel names an exception's type, and counts by measuring.
    private static SortedDictionary<string, Flow> KestrelFailures(Interval interval)
    {
        var failures = new SortedDictionary<string, Flow>(StringComparer.Ordinal);
        foreach (var reason in interval.Now.SumBy(Duration, Reason).Keys)
        {
            failures.Add(reason, interval.Flow(meters => CountOf(meters, found => found == reason)));
        }

        return failures;
    }

    private static long CountOf(MeterSnapshot meters, Func<string?, bool> reason) =>
        meters.Points(Duration).Where(point => reason(point.Tags[Reason])).Sum(static point => point.Distribution.Count);
}
