using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>The instruments of the keys that session tickets are encrypted with.</summary>
internal sealed class TicketMetrics
{
    private const string Source = "aeronet.ticket.source";

    private readonly Counter<long> _rotations;
    private readonly Counter<long> _failures;
    private readonly Lock _gate = new();
    private readonly List<(string Source, Func<TimeSpan> Age)> _rings = [];

    public TicketMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(TransportMetrics.MeterName);
        _rotations = meter.CreateCounter<long>("aeronet.tls.ticket_key.rotations", "{key}", "Times that another key took the place of the one that new session tickets get, by where keys come from.");
        _failures = meter.CreateCounter<long>("aeronet.tls.ticket_key.failures", "{failure}", "Times that session ticket keys could not be had from where they come from.");
        meter.CreateObservableGauge("aeronet.tls.ticket_key.age", Ages, "s", "How old the key is that new session tickets get.");
    }

    internal void Rotated(string source) => _rotations.TryAdd(new KeyValuePair<string, object?>(Source, source));

    internal void Failed(string source) => _failures.TryAdd(new KeyValuePair<string, object?>(Source, source));

    /// <summary>Shows the age of a set of keys, for as long as the application runs.</summary>
    internal void Observe(string source, Func<TimeSpan> age)
    {
        lock (_gate)
        {
            _rings.Add((source, age));
        }
    }

    // Of several with one source the oldest: sums of ages say nothing.
    private IEnumerable<Measurement<double>> Ages()
    {
        (string Source, Func<TimeSpan> Age)[] rings;
        lock (_gate)
        {
            rings = [.. _rings];
        }

        return rings.GroupBy(ring => ring.Source).Select(group =>
            new Measurement<double>(group.Max(ring => ring.Age().TotalSeconds), new KeyValuePair<string, object?>(Source, group.Key)));
    }
}
