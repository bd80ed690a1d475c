using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Threading.RateLimiting;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Observers;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Admission;

/// <summary>
/// Which handshakes of an endpoint may begin, and when. Any thread.
/// <code>
/// accepted --Reserve--> its wait is known --Enter--> handshake --Leave--> a place for the next
///              |                            |
///              +------- over a limit -------+--> reset
/// </code>
/// A reservation holds nothing that would have to be given back: a rate only knows when it admits the next one.
/// </summary>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The limiter has no timer and no handle, and connections may outlive the endpoint.")]
internal sealed class HandshakeAdmission
{
    private const long LogPeriodMilliseconds = 60_000;

    private static readonly KeyValuePair<string, object?>[] s_reasons = TransportMetrics.Tags<AdmissionLimit>("aeronet.rejection.reason");

    private readonly AdmissionMetrics _metrics;
    private readonly HandshakeObservers? _observers;
    private readonly ILogger _logger;
    private readonly Func<string> _endPoint;
    private readonly string[] _keys;
    private readonly ConcurrencyLimiter? _places;
    private readonly ClientTable? _clients;
    private readonly ClientPrefix _prefix;
    private readonly RateLimit _rate;
    private readonly TimeSpan _waitTimeout;
    private readonly long _patience;
    private long _full;
    private long _rejected;
    private long _lastLog;

    private HandshakeAdmission(TlsSettings settings, AdmissionMetrics metrics, HandshakeObservers? observers, ILogger logger, Func<string> endPoint)
    {
        var options = settings.Options.Admission;
        var waits = options.OnExceeded == TlsAdmissionExceeded.Wait;
        _metrics = metrics;
        _observers = observers;
        _logger = logger;
        _endPoint = endPoint;
        _keys =
        [
            "",
            AdmissionOptionsValidator.NameOf(settings, nameof(options.MaxConcurrentHandshakes)),
            AdmissionOptionsValidator.NameOf(settings, nameof(options.HandshakesPerSecond)),
            AdmissionOptionsValidator.NameOf(settings, nameof(options.MaxConcurrentHandshakesPerClient)),
            AdmissionOptionsValidator.NameOf(settings, nameof(options.HandshakesPerSecondPerClient)),
        ];
        _waitTimeout = waits ? options.WaitTimeout : TimeSpan.Zero;
        _patience = (long)(_waitTimeout.TotalSeconds * Stopwatch.Frequency);
        _rate = new RateLimit(options.HandshakesPerSecond, options.Burst);
        _prefix = new ClientPrefix(options.IPv4PrefixLength, options.IPv6PrefixLength);
        var clientRate = new RateLimit(options.HandshakesPerSecondPerClient, options.BurstPerClient);
        if (clientRate.IsOn || options.MaxConcurrentHandshakesPerClient > 0)
        {
            _clients = new ClientTable(clientRate, options.MaxConcurrentHandshakesPerClient);
        }

        if (options.MaxConcurrentHandshakes > 0)
        {
            _places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
            {
                PermitLimit = options.MaxConcurrentHandshakes,
                QueueLimit = waits ? options.MaxWaiting : 0,
            });
        }
    }

    /// <summary>The admission to an endpoint; null when there is no limit.</summary>
    internal static HandshakeAdmission? Of(TlsSettings settings, AdmissionMetrics metrics, HandshakeObservers? observers, ILogger logger, Func<string> endPoint)
    {
        var options = settings.Options.Admission;
        return options is { MaxConcurrentHandshakes: 0, HandshakesPerSecond: 0, MaxConcurrentHandshakesPerClient: 0, HandshakesPerSecondPerClient: 0 }
            ? null
            : new HandshakeAdmission(settings, metrics, observers, logger, endPoint);
    }

    /// <summary>Takes a handshake from the rates, once a connection. False when it is to be reset; that is counted.</summary>
    /// <param name="client">Who connects.</param>
    /// <param name="wait">How long it has to wait.</param>
    internal bool TryReserve(EndPoint? client, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        var now = Stopwatch.GetTimestamp();
        var longest = 0L;

        // The client's own first: what it has too many of is not to be taken from everybody's.
        if (_clients is not null && _prefix.TryGet(client, out var prefix)
            && _clients.Reserve(prefix, now, _patience, out longest) is not AdmissionLimit.None and var clientLimit)
        {
            Reject(clientLimit, client);
            return false;
        }

        if (_rate.IsOn)
        {
            if (!TryTakeFromAll(now, out var waitForAll))
            {
                Reject(AdmissionLimit.Rate, client);
                return false;
            }

            longest = Math.Max(longest, waitForAll);
        }

        wait = Stopwatch.GetElapsedTime(0, longest);
        return true;
    }

    /// <summary>Waits for the reserved time and for a place. What is not granted is counted, unless the client has gone.</summary>
    /// <param name="client">Who connects.</param>
    /// <param name="wait">What <see cref="TryReserve"/> said.</param>
    /// <param name="closed">Fires when the connection ends.</param>
    internal ValueTask<HandshakePermit> EnterAsync(EndPoint? client, TimeSpan wait, CancellationToken closed)
    {
        if (wait > TimeSpan.Zero)
        {
            return WaitAndEnterAsync(client, wait, closed);
        }

        if (!TryEnterClient(client, out var permit) || _places is null)
        {
            return new ValueTask<HandshakePermit>(permit);
        }

        var place = _places.AttemptAcquire();
        return place.IsAcquired
            ? new ValueTask<HandshakePermit>(permit with { Place = place })
            : WaitForPlaceAsync(permit, client, closed);
    }

    /// <summary>The handshake has ended, however it did.</summary>
    internal void Leave(in HandshakePermit permit)
    {
        if (permit.CountsForClient)
        {
            _clients!.Leave(permit.Client);
        }

        permit.Place?.Dispose();
    }

    private async ValueTask<HandshakePermit> WaitAndEnterAsync(EndPoint? client, TimeSpan wait, CancellationToken closed)
    {
        _metrics.Delayed();
        await Task.Delay(wait, closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return closed.IsCancellationRequested ? default : await EnterAsync(client, TimeSpan.Zero, closed).ConfigureAwait(false);
    }

    private async ValueTask<HandshakePermit> WaitForPlaceAsync(HandshakePermit permit, EndPoint? client, CancellationToken closed)
    {
        if (_waitTimeout > TimeSpan.Zero)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(closed);
            end.CancelAfter(_waitTimeout);
            var waiting = _places!.AcquireAsync(permitCount: 1, end.Token).AsTask();
            if (!waiting.IsCompleted)
            {
                _metrics.Delayed();
            }

            await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (waiting.IsCompletedSuccessfully && waiting.Result is { IsAcquired: true } place)
            {
                return permit with { Place = place };
            }
        }

        Leave(permit);
        if (!closed.IsCancellationRequested)
        {
            Reject(AdmissionLimit.Concurrency, client);
        }

        return default;
    }

    private bool TryEnterClient(EndPoint? client, out HandshakePermit permit)
    {
        permit = new HandshakePermit { IsGranted = true };
        if (_clients is null || !_prefix.TryGet(client, out var prefix))
        {
            return true;
        }

        if (!_clients.TryEnter(prefix, Stopwatch.GetTimestamp(), out var isCounted))
        {
            Reject(AdmissionLimit.ClientConcurrency, client);
            permit = default;
            return false;
        }

        permit = permit with { Client = prefix, CountsForClient = isCounted };
        return true;
    }

    private bool TryTakeFromAll(long now, out long wait)
    {
        while (true)
        {
            var full = Volatile.Read(ref _full);
            if (!_rate.Admits(full, now, _patience, out var next, out wait))
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _full, next, full) == full)
            {
                return true;
            }
        }
    }

    private void Reject(AdmissionLimit limit, EndPoint? client)
    {
        _metrics.Rejected(s_reasons[(int)limit]);
        _observers?.Tell(new TlsHandshakeEvent
        {
            Time = DateTimeOffset.UtcNow,
            RemoteEndPoint = client,
            Failure = TlsFailure.RateLimited,
            Description = $"{_keys[(int)limit]} is reached",
        });
        Interlocked.Increment(ref _rejected);
        var now = Environment.TickCount64;
        var last = Interlocked.Read(ref _lastLog);
        if ((last == 0 || now - last > LogPeriodMilliseconds) && Interlocked.CompareExchange(ref _lastLog, now, last) == last)
        {
            TransportLog.HandshakesRejected(_logger, _endPoint(), _keys[(int)limit], Interlocked.Exchange(ref _rejected, 0));
        }
    }
}
