using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Observers;

/// <summary>The door of the room: the application's observers of handshakes, each behind a queue of its own, so that none waits for another.</summary>
internal sealed class HandshakeObservers : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(2);

    private readonly ObserverQueue[] _queues;

    public HandshakeObservers(IEnumerable<ITlsHandshakeObserver> observers, IMeterFactory meters, ILoggerFactory loggers)
    {
        var dropped = meters.Create(TransportMetrics.MeterName)
            .CreateCounter<long>("aeronet.tls.events.dropped", "{event}", "Events of TLS handshakes that an observer did not take in time.");
        var logger = TransportLog.CreateLogger(loggers);
        _queues = [.. observers.Select(observer => new ObserverQueue(observer, dropped, logger))];
    }

    /// <summary>Whether nobody observes, and no event need be made.</summary>
    internal bool IsEmpty => _queues.Length == 0;

    /// <summary>Hands an event to every observer. Any thread; never waits.</summary>
    internal void Tell(TlsHandshakeEvent handshake)
    {
        foreach (var queue in _queues)
        {
            queue.Offer(handshake);
        }
    }

    public void Dispose()
    {
        foreach (var queue in _queues)
        {
            queue.Complete();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        try
        {
            await Task.WhenAll(_queues.Select(queue => queue.Delivered)).WaitAsync(s_lastWords).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // An observer that blocks does not hold up the stop.
        }
    }
}
