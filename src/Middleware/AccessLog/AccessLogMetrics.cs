using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>What the access log counts, on the meter <c>Aeronet.Middleware</c>.</summary>
internal sealed class AccessLogMetrics
{
    private static readonly KeyValuePair<string, object?> QueueFull = new("aeronet.drop.reason", "queue_full");
    private static readonly KeyValuePair<string, object?> SinkFailed = new("aeronet.drop.reason", "sink_failed");

    private readonly Counter<long> _lines;
    private readonly Counter<long> _dropped;

    public AccessLogMetrics(IMeterFactory? factory)
    {
#pragma warning disable CA2000 // The factory owns its meters; one without a factory lives as long as the process.
        var meter = factory?.Create("Aeronet.Middleware") ?? new Meter("Aeronet.Middleware");
#pragma warning restore CA2000
        _lines = meter.CreateCounter<long>("aeronet.access_log.lines", "{line}", "Lines of the access log that were written.");
        _dropped = meter.CreateCounter<long>("aeronet.access_log.dropped", "{line}", "Lines of the access log that were dropped.");
    }

    public void Written(int lines) => _lines.Add(lines);

    public void DroppedByQueue(int lines) => _dropped.Add(lines, QueueFull);

    public void DroppedBySink(int lines) => _dropped.Add(lines, SinkFailed);
}
