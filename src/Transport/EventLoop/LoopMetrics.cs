using System.Diagnostics;
using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Transport.Diagnostics;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>The instruments of the loops: what their <see cref="LoopCounters"/> hold, read when somebody observes.</summary>
internal sealed class LoopMetrics
{
    private readonly Lock _gate = new();
    private EventLoopGroup? _group;
    private long[] _lastBusyTicks = [];
    private long[] _lastObserved = [];

    public LoopMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(TransportMetrics.MeterName);
        meter.CreateObservableCounter("aeronet.loop.handoffs", HandOffs, "{handoff}", "Times a loop was taken from a thread that the application blocked.");
        meter.CreateObservableCounter("aeronet.bytes.received", () => Sum(static (in LoopCounters c) => c.BytesReceived), "By", "Bytes received.");
        meter.CreateObservableCounter("aeronet.bytes.sent", () => Sum(static (in LoopCounters c) => c.BytesSent), "By", "Bytes sent, files included.");
        meter.CreateObservableCounter("aeronet.sendfile.bytes", FileBytes, "By", "Bytes sent by sendfile, by whether the kernel encrypts them.");
        meter.CreateObservableCounter("aeronet.socket.would_block", WouldBlock, "{call}", "Calls that found the socket not ready, by direction.");
        meter.CreateObservableGauge("aeronet.loop.busy_ratio", BusyRatios, "1", "Share of the time since the last observation that a loop spent outside epoll_wait.");
    }

    private delegate long CounterSelector(in LoopCounters counters);

    internal void Observe(EventLoopGroup group)
    {
        lock (_gate)
        {
            _lastBusyTicks = new long[group.Loops.Count];
            _lastObserved = new long[group.Loops.Count];
            Array.Fill(_lastObserved, Stopwatch.GetTimestamp());
            _group = group;
        }
    }

    private long Sum(CounterSelector select)
    {
        var sum = 0L;
        foreach (var loop in _group?.Loops ?? [])
        {
            sum += select(in loop.Counters);
        }

        return sum;
    }

    private Measurement<long>[] FileBytes() =>
    [
        new(Sum(static (in LoopCounters c) => c.FileBytesSent), new KeyValuePair<string, object?>("aeronet.ktls", false)),
        new(Sum(static (in LoopCounters c) => c.EncryptedFileBytesSent), new KeyValuePair<string, object?>("aeronet.ktls", true)),
    ];

    private Measurement<long>[] WouldBlock() =>
    [
        new(Sum(static (in LoopCounters c) => c.ReceiveWouldBlock), new KeyValuePair<string, object?>("aeronet.direction", "receive")),
        new(Sum(static (in LoopCounters c) => c.SendWouldBlock), new KeyValuePair<string, object?>("aeronet.direction", "send")),
    ];

    private IEnumerable<Measurement<long>> HandOffs() =>
        (_group?.Loops ?? []).Select(loop => new Measurement<long>(loop.Counters.HandOffs, new KeyValuePair<string, object?>("aeronet.loop", loop.Index)));

    private List<Measurement<double>> BusyRatios()
    {
        var ratios = new List<Measurement<double>>();
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            foreach (var loop in _group?.Loops ?? [])
            {
                var busy = Volatile.Read(ref loop.Counters.BusyTicks);
                var elapsed = Math.Max(1, now - _lastObserved[loop.Index]);
                var ratio = Math.Clamp((double)(busy - _lastBusyTicks[loop.Index]) / elapsed, 0, 1);
                _lastBusyTicks[loop.Index] = busy;
                _lastObserved[loop.Index] = now;
                ratios.Add(new(ratio, new KeyValuePair<string, object?>("aeronet.loop", loop.Index)));
            }
        }

        return ratios;
    }
}
