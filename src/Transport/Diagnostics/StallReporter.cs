using System.Collections.Concurrent;
using System.Diagnostics;
using Aeronet.AspNetCore.Transport.EventLoop;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>Says which code blocked a loop, once a minute for each place.</summary>
internal sealed class StallReporter(ILoggerFactory loggers, IOptions<AeronetTransportOptions> options)
{
    /// <summary>Places remembered; beyond it none is added, so that unbounded names cannot fill the memory.</summary>
    private const int MaxPlaces = 1024;

    private readonly ILogger _logger = loggers.CreateLogger(TransportLog.Category);
    private readonly ConcurrentDictionary<string, long> _lastLogged = new(StringComparer.Ordinal);

    /// <summary>Reports that <paramref name="thread"/>, the calling one, was kept too long by <paramref name="place"/>.</summary>
    internal void Report(LoopThread thread, string place)
    {
        thread.StallReported = true;
        if (thread.TakeCompilationTime() < options.Value.StallThreshold / 2)
        {
            Report(place);
        }
    }

    /// <summary>Reports <paramref name="place"/>, at most once a minute.</summary>
    internal void Report(string place)
    {
        var now = Stopwatch.GetTimestamp();
        if (_lastLogged.TryGetValue(place, out var last))
        {
            if (Stopwatch.GetElapsedTime(last, now) < TimeSpan.FromMinutes(1) || !_lastLogged.TryUpdate(place, now, last))
            {
                return;
            }
        }
        else if (_lastLogged.Count >= MaxPlaces || !_lastLogged.TryAdd(place, now))
        {
            return;
        }

        TransportLog.LoopBlocked(_logger, place, options.Value.StallThreshold.TotalMilliseconds);
    }
}
