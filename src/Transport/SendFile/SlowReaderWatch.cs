using System.Diagnostics;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Transport.SendFile;

/// <summary>
/// Holds the reader of a file to the minimum response data rate. Kestrel's own timer allows a flush the time its bytes need
/// at that rate, counted from memory it wrote; it knows nothing of the bytes a region sends, so for the time of a region
/// this takes its place: over each grace period the peer must have taken the rate's share of bytes.
/// </summary>
internal sealed class SlowReaderWatch(IFileRegionOutput output)
{
    private readonly Lock _gate = new();
    private bool _registered;
    private MinDataRate? _rateByGate;
    private long _windowStartByGate;
    private long _windowBytesByGate;

    /// <summary>Begins to watch. Kestrel's heartbeat, once a second, is the clock.</summary>
    internal void Start(MinDataRate rate, IConnectionHeartbeatFeature heartbeat)
    {
        lock (_gate)
        {
            _rateByGate = rate;
            _windowStartByGate = Stopwatch.GetTimestamp();
            _windowBytesByGate = output.TotalTaken;
        }

        if (!_registered)
        {
            // There is no way to unregister; between files a tick finds no rate.
            _registered = true;
            heartbeat.OnHeartbeat(static watch => ((SlowReaderWatch)watch).Tick(), this);
        }
    }

    internal void Stop()
    {
        lock (_gate)
        {
            _rateByGate = null;
        }
    }

    private void Tick()
    {
        double? missed = null;
        lock (_gate)
        {
            if (_rateByGate is not { } rate)
            {
                return;
            }

            var elapsed = Stopwatch.GetElapsedTime(_windowStartByGate);
            if (elapsed < rate.GracePeriod)
            {
                return;
            }

            var sent = output.TotalTaken;
            if (sent - _windowBytesByGate < rate.BytesPerSecond * elapsed.TotalSeconds)
            {
                _rateByGate = null;
                missed = rate.BytesPerSecond;
            }
            else
            {
                _windowStartByGate = Stopwatch.GetTimestamp();
                _windowBytesByGate = sent;
            }
        }

        if (missed is { } bytesPerSecond)
        {
            output.AbortSlowReader(bytesPerSecond);
        }
    }
}
