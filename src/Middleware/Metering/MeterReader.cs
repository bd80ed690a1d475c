using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>
/// Keeps the totals of what an application's server measures, for whoever shows them. There is one an application, made when the first
/// endpoint that shows figures is mapped: instruments that nobody listens to measure nothing, and cost nothing. What was counted
/// before is not known, so endpoints are mapped before the server starts.
/// </summary>
/// <remarks>
/// Threads that measure look up their tag set without a lock and do one interlocked addition. Snapshots are taken by one thread at a
/// time, which is also the one that has observable instruments observed. Meters made by another application's meter factory are left
/// out; those made without one belong to the process and are taken in.
/// </remarks>
#pragma warning disable CA1001 // It is nobody's to dispose: it ends its listener when the meters end.
internal sealed class MeterReader
#pragma warning restore CA1001
{
    private static readonly ConditionalWeakTable<IMeterFactory, MeterReader> s_readers = [];

    private readonly ConcurrentDictionary<string, MeterSeries> _series = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly WeakReference<IMeterFactory> _scope;
    private readonly Lock _gate = new();
    private int _ownInstruments;

    private MeterReader(IMeterFactory scope)
    {
        // The runtime keeps listeners, and so all they refer to.
        _scope = new(scope);
        _listener.InstrumentPublished = Listen;
        _listener.MeasurementsCompleted = (instrument, _) => Forget(instrument);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Unsafe.As<MeterSeries>(state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Unsafe.As<MeterSeries>(state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>The application's reader, which starts with the first call.</summary>
    public static MeterReader Of(IServiceProvider services)
    {
        var scope = services.GetRequiredService<IMeterFactory>();

        // The table alone would let two threads make one each, of which one would listen for nobody.
        lock (s_readers)
        {
            return s_readers.GetValue(scope, static scope => new MeterReader(scope));
        }
    }

    public MeterSnapshot Read()
    {
        lock (_gate)
        {
            _listener.RecordObservableInstruments();
            return new MeterSnapshot(_series.ToDictionary(series => series.Key, series => series.Value.Read(), StringComparer.Ordinal));
        }
    }

    private static bool IsServers(Meter meter) => meter.Name is
        "Aeronet.Transport" or "Aeronet.Middleware" or "Microsoft.AspNetCore.Server.Kestrel" or "Microsoft.AspNetCore.Hosting";

    private void Listen(Instrument instrument, MeterListener listener)
    {
        if (IsServers(instrument.Meter) && IsOurs(instrument.Meter))
        {
            if (instrument.Meter.Scope is not null)
            {
                Interlocked.Increment(ref _ownInstruments);
            }

            // Two instruments of one name are one to who reads: Kestrel's and the transport's duration of TLS handshakes are.
            listener.EnableMeasurementEvents(instrument, _series.GetOrAdd(instrument.Name, static (_, added) => new(added), instrument));
        }
    }

    private bool IsOurs(Meter meter) =>
        meter.Scope is null || (_scope.TryGetTarget(out var scope) && ReferenceEquals(meter.Scope, scope));

    // The services end their meter factory, which ends its meters: there is nothing to listen to any more.
    private void Forget(Instrument instrument)
    {
        if (instrument.Meter.Scope is not null && Interlocked.Decrement(ref _ownInstruments) == 0)
        {
            _listener.Dispose();
        }
    }
}
