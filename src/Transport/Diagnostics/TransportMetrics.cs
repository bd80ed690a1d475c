using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>
/// The instruments of meter <c>Aeronet.Transport</c>. What happens per read or write is counted in the
/// loops and observed there; here is what happens per connection or less often, recorded as it happens.
/// </summary>
internal sealed class TransportMetrics
{
    internal const string MeterName = "Aeronet.Transport";

    private static readonly KeyValuePair<string, object?>[] s_closeReasons = Tags<CloseReason>("aeronet.close.reason");
    private static readonly KeyValuePair<string, object?>[] s_fallbackReasons = Tags<CopyReason>("aeronet.fallback.reason");

    private readonly UpDownCounter<long> _open;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _acceptPauses;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _failures;

    public TransportMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _open = meter.CreateUpDownCounter<long>("aeronet.connections.open", "{connection}", "Connections that are open.");
        _accepted = meter.CreateCounter<long>("aeronet.connections.accepted", "{connection}", "Connections accepted.");
        _closed = meter.CreateCounter<long>("aeronet.connections.closed", "{connection}", "Connections ended, by reason.");
        _rejected = meter.CreateCounter<long>("aeronet.connections.rejected", "{connection}", "Connections that were refused, by the limit that was reached.");
        _acceptPauses = meter.CreateCounter<long>("aeronet.accept.pauses", "{pause}", "Times accepting paused for lack of descriptors or memory.");
        _fallbacks = meter.CreateCounter<long>("aeronet.sendfile.fallbacks", "{response}", "Files that were copied instead of sent by sendfile, by reason.");
        _failures = meter.CreateCounter<long>("aeronet.sendfile.failures", "{response}", "Files whose sending was cut short, by reason.");
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

    internal void ConnectionRejected(KeyValuePair<string, object?> reason) => _rejected.TryAdd(reason);

    internal void AcceptPaused() => _acceptPauses.TryAdd();

    internal void FellBack(CopyReason reason) => _fallbacks.TryAdd(s_fallbackReasons[(int)reason]);

    internal void FileFailed(CloseReason reason) => _failures.TryAdd(new KeyValuePair<string, object?>("aeronet.failure.reason", s_closeReasons[(int)reason].Value));

    /// <summary>A tag for every value of an enumeration, in its order.</summary>
    internal static KeyValuePair<string, object?>[] Tags<TEnum>(string name)
        where TEnum : struct, Enum =>
        Array.ConvertAll(Enum.GetNames<TEnum>(), value => new KeyValuePair<string, object?>(name, SnakeCase(value)));

    private static string SnakeCase(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
