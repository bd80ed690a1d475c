using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>Says which code blocked a loop, once a minute for each place.</summary>
internal sealed class StallReporter(ILoggerFactory loggers, IOptions<AeronetTransportOptions> options)
{
    /// <summary>Places remembered; beyond it none is added, so that unbounded names cannot fill the memory.</summary>
    private const int MaxPlaces = 1024;

    private readonly ILogger _logger = TransportLog.CreateLogger(loggers);
    private readonly ConcurrentDictionary<string, long> _lastLogged = new(StringComparer.Ordinal);

    /// <summary>
    /// Reports that <paramref name="thread"/>, the calling one, was kept too long by what <paramref name="describe"/> makes of
    /// <paramref name="state"/>. Never throws: it is called on the way back from an application that has done nothing wrong, whose
    /// request may be over and its state somebody else's by now.
    /// </summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A name for a log is worth no request.")]
    internal void Report<TState>(LoopThread thread, Func<TState, string> describe, TState state)
    {
        thread.StallReported = true;
        try
        {
            if (thread.TakeCompilationTime() < options.Value.StallThreshold / 2)
            {
                Report(describe(state));
            }
        }
        catch (Exception)
        {
            // Without a name there is nothing to say that the metric does not.
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
