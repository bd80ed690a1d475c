using System.Collections.Concurrent;
using System.Diagnostics;
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
