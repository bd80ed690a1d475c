using System.Diagnostics;
using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.EventLoop;
using Aeronet.AspNetCore.Transport.SendFile;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// The instruments of meter <c>Aeronet.Transport</c>. What happens per read or write is counted in the loops'
/// <see cref="LoopCounters"/> and observed; only what happens per connection or less often is recorded as it happens.
/// </summary>
internal sealed class TransportMetrics
{
    internal const string MeterName = "Aeronet.Transport";

    private static readonly KeyValuePair<string, object?>[] s_closeReasons = Tags<CloseReason>("aeronet.close.reason");
    private static readonly KeyValuePair<string, object?>[] s_fallbackReasons = Tags<FallbackReason>("aeronet.fallback.reason");

    private readonly UpDownCounter<long> _open;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _acceptPauses;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _failures;
    private readonly Lock _gate = new();
    private EventLoopGroup? _group;
    private long[] _lastBusyTicks = [];
    private long[] _lastObserved = [];

    public TransportMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _open = meter.CreateUpDownCounter<long>("aeronet.connections.open", "{connection}", "Connections that are open.");
        _accepted = meter.CreateCounter<long>("aeronet.connections.accepted", "{connection}", "Connections accepted.");
        _closed = meter.CreateCounter<long>("aeronet.connections.closed", "{connection}", "Connections ended, by reason.");
        _acceptPauses = meter.CreateCounter<long>("aeronet.accept.pauses", "{pause}", "Times accepting paused for lack of descriptors or memory.");
        _fallbacks = meter.CreateCounter<long>("aeronet.sendfile.fallbacks", "{response}", "Files that were copied instead of sent by sendfile, by reason.");
        _failures = meter.CreateCounter<long>("aeronet.sendfile.failures", "{response}", "Files whose sending was cut short, by reason.");
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

    internal void ConnectionAccepted()
    {
        _open.TryAdd(1);
        _accepted.TryAdd();
    }

    internal void ConnectionClosed(CloseReason reason)
    {
        _open.TryAdd(-1);
        _closed.TryAdd(s_closeReasons[(int)reason]);
    }

    internal void AcceptPaused() => _acceptPauses.TryAdd();

    internal void FellBack(FallbackReason reason) => _fallbacks.TryAdd(s_fallbackReasons[(int)reason]);

    internal void FileFailed(CloseReason reason) => _failures.TryAdd(new KeyValuePair<string, object?>("aeronet.failure.reason", s_closeReasons[(int)reason].Value));

    /// <summary>A tag for every value of an enumeration, in its order.</summary>
    internal static KeyValuePair<string, object?>[] Tags<TEnum>(string name)
        where TEnum : struct, Enum =>
        Array.ConvertAll(Enum.GetNames<TEnum>(), value => new KeyValuePair<string, object?>(name, SnakeCase(value)));

    private static string SnakeCase(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

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
