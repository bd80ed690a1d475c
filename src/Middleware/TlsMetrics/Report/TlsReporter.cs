using Aeronet.AspNetCore.Middleware.Metering;
using Aeronet.AspNetCore.Transport;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>Makes reports of what the application's meters have measured since it was made.</summary>
/// <param name="reader">Reads the meters.</param>
/// <param name="status">Knows the hosts that are served; null without the transport.</param>
/// <param name="time">The clock.</param>
internal sealed class TlsReporter(MeterReader reader, IAeronetTlsStatus? status, TimeProvider time)
{
    // The transport's tag for the own policy of an endpoint.
    private const string OwnPolicy = "*";

    private readonly DateTimeOffset _since = time.GetUtcNow();

    public TlsReport Read()
    {
        var meters = reader.Read();
        var durations = meters.Points(TlsInstruments.Duration);
        var completed = durations.Where(static point => point.Tags[TlsInstruments.Reason] is null).ToList();
        var failed = durations.Where(static point => point.Tags[TlsInstruments.Reason] is not null).ToList();
        var isTransports = meters.Has(TlsInstruments.Handshakes);
        var active = Math.Max(0, meters.Points(TlsInstruments.Active).Count());
        var kestrels = new HandshakeReport(
            active, completed.Count(), Full: null, Resumed: null, failed.Count(), failed.CountBy(TlsInstruments.Reason));
        var transports = Handshakes(meters.Points(TlsInstruments.Handshakes));
        return new TlsReport(
            _since,
            time.GetUtcNow(),

            // Some endpoints may be Kestrel's: all are measured, and those of the transport are told more of.
            isTransports
                ? kestrels with { Full = transports.Full, Resumed = transports.Resumed, Failures = transports.Failures }
                : kestrels,
            new DurationReport(
                PercentileReport.Of(completed),
                isTransports ? PercentileReport.Of(completed.With(TlsInstruments.Resumed, "false")) : null,
                isTransports ? PercentileReport.Of(completed.With(TlsInstruments.Resumed, "true")) : null,
                PercentileReport.Of(failed)),
            AgreedReport.Of(completed),
            isTransports ? Connections(meters, static points => points) : null,
            isTransports ? TicketReport.Of(meters) : null,
            isTransports ? StapleReport.Of(meters) : null,
            [.. HostNames(meters).Select(name => Host(meters, name))]);
    }

    private static HandshakeReport Handshakes(IEnumerable<PointSnapshot> points)
    {
        var all = points.ToList();
        var (full, resumed) = (all.With(TlsInstruments.Resumed, "false").Count(), all.With(TlsInstruments.Resumed, "true").Count());
        var failures = all.CountBy(TlsInstruments.Reason);
        return new HandshakeReport(null, full + resumed, full, resumed, failures.Values.Sum(), failures);
    }

    private static ConnectionReport Connections(
        MeterSnapshot meters, Func<IEnumerable<PointSnapshot>, IEnumerable<PointSnapshot>> ofHost)
    {
        var points = ofHost(meters.Points(TlsInstruments.Connections)).ToList();
        var (all, sent) = (points.Count(), points.With(TlsInstruments.SendsByKernel, "true").Count());
        return new ConnectionReport(
            all,
            sent,
            points.With(TlsInstruments.ReceivesByKernel, "true").Count(),
            all == 0 ? null : Math.Round((double)sent / all, 4),
            ofHost(meters.Points(TlsInstruments.Fallbacks)).CountBy(TlsInstruments.FallbackReason),
            ofHost(meters.Points(TlsInstruments.Broken)).CountBy(TlsInstruments.Reason));
    }

    private static HostReport Host(MeterSnapshot meters, string name) => new(
        name,
        Handshakes(meters.Points(TlsInstruments.Handshakes).With(TlsInstruments.Host, name)),
        Connections(meters, points => points.With(TlsInstruments.Host, name)));

    // Those that nobody has asked for yet, and those that are not served any more but were.
    private SortedSet<string> HostNames(MeterSnapshot meters)
    {
        var counted = meters.Points(TlsInstruments.Handshakes).CountBy(TlsInstruments.Host).Keys;
        var names = new SortedSet<string>(counted, StringComparer.Ordinal);
        foreach (var endpoint in status?.Endpoints.Where(endpoint => endpoint.Implementation == TlsImplementation.OpenSsl) ?? [])
        {
            names.UnionWith(endpoint.Hosts.Select(host => host.Name ?? OwnPolicy));
        }

        return names;
    }
}
