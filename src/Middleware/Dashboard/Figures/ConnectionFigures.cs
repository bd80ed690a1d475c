namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Connections to the server.</summary>
/// <param name="Open">Those that are open.</param>
/// <param name="Accepted">Those that were accepted.</param>
/// <param name="Rejected">Those that Kestrel closed for being more than <c>MaxConcurrentConnections</c>.</param>
/// <param name="AcceptPauses">Times accepting paused for lack of descriptors; null where the server does not tell.</param>
/// <param name="Closed">Those that ended, by reason; null where the server does not tell.</param>
internal sealed record ConnectionFigures(
    long Open, Flow Accepted, Flow Rejected, Flow? AcceptPauses, IReadOnlyDictionary<string, Flow>? Closed)
{
    private const string AeronetOpen = "aeronet.connections.open";
    private const string KestrelDuration = "kestrel.connection.duration";

    /// <summary>From the transport if it serves, else from Kestrel; null on other servers.</summary>
    public static ConnectionFigures? Of(Interval interval)
    {
        if (!interval.HasTransport && !interval.HasKestrel)
        {
            return null;
        }

        var rejected = interval.Flow("kestrel.rejected_connections");
        return interval.HasTransport
            ? new(
                Whole(interval, AeronetOpen),
                interval.Flow("aeronet.connections.accepted"),
                rejected,
                interval.Flow("aeronet.accept.pauses"),
                interval.FlowBy("aeronet.connections.closed", "aeronet.close.reason"))
            : new(
                Whole(interval, Instruments.KestrelConnections),
                // A duration is measured when a connection ends.
                interval.Flow(static meters => meters.Distribution(KestrelDuration).Count + meters.Sum(Instruments.KestrelConnections)),
                rejected,
                AcceptPauses: null,
                Closed: null);
    }

    private static long Whole(Interval interval, string instrument) => Math.Max(0, (long)interval.Now.Sum(instrument));
}
