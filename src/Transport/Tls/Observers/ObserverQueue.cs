using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Observers;

/// <summary>What one observer has yet to be told. Filled by whoever ended a handshake, a loop among them, and emptied on the thread pool.</summary>
internal sealed class ObserverQueue
{
    internal const int Capacity = 4096;

    private const long MillisecondsBetweenLogs = 60_000;

    private readonly Channel<TlsHandshakeEvent> _events =
        Channel.CreateBounded<TlsHandshakeEvent>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    private readonly ITlsHandshakeObserver _observer;
    private readonly Counter<long> _dropped;
    private readonly ILogger _logger;
    private readonly KeyValuePair<string, object?> _tag;
    private long? _lastLogged;

    internal ObserverQueue(ITlsHandshakeObserver observer, Counter<long> dropped, ILogger logger)
    {
        _observer = observer;
        _dropped = dropped;
        _logger = logger;
        _tag = new("aeronet.tls.observer", observer.GetType().Name);
        using (ExecutionContext.SuppressFlow())
        {
            Delivered = Task.Run(DeliverAsync);
        }
    }

    /// <summary>Ends when everything was delivered, after <see cref="Complete"/>.</summary>
    internal Task Delivered { get; }

    internal void Offer(TlsHandshakeEvent handshake)
    {
        if (!_events.Writer.TryWrite(handshake))
        {
            _dropped.TryAdd(_tag);
        }
    }

    internal void Complete() => _events.Writer.TryComplete();

    private async Task DeliverAsync()
    {
        while (await _events.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_events.Reader.TryRead(out var handshake))
            {
                Deliver(handshake);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The application's code, and the next event is due.")]
    private void Deliver(TlsHandshakeEvent handshake)
    {
        try
        {
            switch (handshake.Failure)
            {
                case TlsFailure.None:
                    _observer.OnSucceeded(handshake);
                    break;
                case TlsFailure.RateLimited:
                    _observer.OnRejected(handshake);
                    break;
                default:
                    _observer.OnFailed(handshake);
                    break;
            }
        }
        catch (Exception failure)
        {
            var now = Environment.TickCount64;
            if (_lastLogged is null || now - _lastLogged >= MillisecondsBetweenLogs)
            {
                _lastLogged = now;
                TransportLog.HandshakeObserverFailed(_logger, _observer.GetType().Name, failure);
            }
        }
    }
}
