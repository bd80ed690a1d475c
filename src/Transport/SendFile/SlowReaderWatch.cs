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
    private long? _windowBytesByGate;

    /// <summary>Begins to watch. Kestrel's heartbeat, once a second, is the clock.</summary>
    internal void Start(MinDataRate rate, IConnectionHeartbeatFeature heartbeat)
    {
        lock (_gate)
        {
            _rateByGate = rate;
            BeginWindow(output.TotalTaken);
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
            // Nothing is judged while a thread sends: the figure would be short by what it has moved. Who reads too slowly is
            // waited for, and nobody sends to him then.
            if (_rateByGate is not { } rate || output.TotalTaken is not { } taken)
            {
                return;
            }

            if (_windowBytesByGate is not { } before)
            {
                BeginWindow(taken);
                return;
            }

            var elapsed = Stopwatch.GetElapsedTime(_windowStartByGate);
            if (elapsed < rate.GracePeriod)
            {
                return;
            }

            if (taken - before < rate.BytesPerSecond * elapsed.TotalSeconds)
            {
                _rateByGate = null;
                missed = rate.BytesPerSecond;
            }
            else
            {
                BeginWindow(taken);
            }
        }

        if (missed is { } bytesPerSecond)
        {
            output.AbortSlowReader(bytesPerSecond);
        }
    }

    private void BeginWindow(long? taken)
    {
        _windowStartByGate = Stopwatch.GetTimestamp();
        _windowBytesByGate = taken;
    }
}
