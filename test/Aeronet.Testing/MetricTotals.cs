using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.Testing;

/// <summary>
/// The totals of the instruments of one host. Hosts are told apart by the scope of their meters, which is the host's own
/// <see cref="IMeterFactory"/>.
/// </summary>
public sealed class MetricTotals : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Instrument, string Tags), double> _totals = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    /// <summary>Starts to listen to the meters made by the services' meter factory.</summary>
    public MetricTotals(IServiceProvider services)
    {
        var scope = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, scope))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<byte>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<short>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<float>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Record(i, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((i, value, tags, _) => Record(i, (double)value, tags));
        _listener.Start();
    }

    /// <summary>The names of the instruments that recorded something.</summary>
    public IReadOnlyCollection<string> Instruments
    {
        get
        {
            _listener.RecordObservableInstruments();
            return [.. _counts.Keys];
        }
    }

    /// <summary>
    /// The sum of an instrument over all tag sets that contain the tags given: what was added to a counter, the present value
    /// of an observable instrument, the sum of a histogram.
    /// </summary>
    public double Total(string instrument, params (string Key, object Value)[] tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        _listener.RecordObservableInstruments();
        var wanted = tags.Select(t => Text(t.Key, t.Value)).ToArray();
        return _totals
            .Where(t => t.Key.Instrument == instrument && wanted.All(w => t.Key.Tags.Contains(w, StringComparison.Ordinal)))
            .Sum(t => t.Value);
    }

    /// <summary>How many measurements an instrument has recorded.</summary>
    public int Count(string instrument) => _counts.GetValueOrDefault(instrument);

    /// <summary>Every total, one a line, for failure messages.</summary>
    public override string ToString()
        => string.Join(Environment.NewLine, _totals.Select(t => $"{t.Key.Instrument} {t.Key.Tags} = {t.Value}").Order());

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var parts = new string[tags.Length];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Text(tags[i].Key, tags[i].Value);

        Array.Sort(parts, StringComparer.Ordinal);
        var key = (instrument.Name, string.Concat(parts));
        if (instrument.IsObservable)
            _totals[key] = value;
        else
            _totals.AddOrUpdate(key, value, (_, sum) => sum + value);

        // Last: who waits for a count goes on to read the totals.
        _counts.AddOrUpdate(instrument.Name, 1, static (_, n) => n + 1);
    }

    private static string Text(string key, object? value) => string.Create(CultureInfo.InvariantCulture, $"[{key}={value}]");
}
