using System.Diagnostics;
using Aeronet.AspNetCore.Middleware.Metering;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Reads everything there is to show. One reading at a time; each rate is over the time since the one before.</summary>
internal sealed class FigureSource(IServiceProvider services)
{
    private readonly MeterReader _meters = MeterReader.Of(services);
    private readonly IAeronetTlsStatus? _tls = services.GetService<IAeronetTlsStatus>();
    private readonly DateTimeOffset _since = DateTimeOffset.UtcNow;
    private readonly Lock _gate = new();
    private MeterSnapshot? _before;
    private TimeSpan _cpuBefore;

    /// <summary>Reads them.</summary>
    /// <param name="viewers">How many pages are open.</param>
    /// <param name="longestInterval">How far back the reading before may lie for rates to be told.</param>
    public DashboardFigures Read(int viewers, TimeSpan longestInterval)
    {
        lock (_gate)
        {
            var now = _meters.Read();
            var cpu = ProcessorTime();
            var isRecent = _before is not null && Stopwatch.GetElapsedTime(_before.Timestamp, now.Timestamp) <= longestInterval;
            var interval = new Interval(now, isRecent ? _before : null);
            var figures = new DashboardFigures
            {
                Time = DateTimeOffset.UtcNow,
                Since = _since,
                Interval = interval.Seconds,
                Viewers = viewers,
                Process = ProcessFigures.Of((cpu - _cpuBefore).TotalSeconds / interval.Seconds),
                Requests = RequestFigures.Of(interval, viewers),
                Connections = ConnectionFigures.Of(interval),
                Bytes = ByteFigures.Of(interval),
                Loops = LoopFigures.Of(interval),
                Files = FileFigures.Of(interval),
                Handshakes = HandshakeFigures.Of(interval),
                KernelTls = KernelTlsFigures.Of(interval),
                TlsEndpoints = _tls?.Endpoints,
            };
            _before = now;
            _cpuBefore = cpu;
            return figures;
        }
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
