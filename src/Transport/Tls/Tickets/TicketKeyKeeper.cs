using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>Asks a source in the background and gives a ring what it has. Whatever the source does, the ring has keys.</summary>
internal sealed class TicketKeyKeeper : IDisposable
{
    /// <summary>How often the clock is looked at, at least: it is set, and machines sleep, neither of which a timer notices.</summary>
    internal static readonly TimeSpan OftenEnough = TimeSpan.FromMinutes(1);

    // A source that is due and cannot is not asked without end.
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly ITicketKeySource _source;
    private readonly TicketMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private bool _isFailing;
    private bool _isDisposedByGate;

    /// <exception cref="InvalidOperationException">The source has no keys to begin with; the message says why.</exception>
    internal TicketKeyKeeper(ITicketKeySource source, TicketKeyRing ring, TicketMetrics metrics, ILogger logger, TimeProvider time)
    {
        (_source, Ring, _metrics, _logger, _time) = (source, ring, metrics, logger, time);
        var now = time.GetUtcNow();
        ring.Replace(source.Begin(now));
        metrics.Observe(source.Name, () => _time.GetUtcNow() - ring.Window.Current.Created);
        _timer = time.CreateTimer(static keeper => _ = ((TicketKeyKeeper)keeper!).LookAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // Not before it is known by its name, under which its callback sets it again.
        _timer.Change(source.LookAgainAfter(now), Timeout.InfiniteTimeSpan);
    }

    internal TicketKeyRing Ring { get; }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isDisposedByGate = true;
            Ring.Dispose();
        }

        (_source as IDisposable)?.Dispose();
    }

    // One at a time: the timer is set again at its end.
    private async Task LookAsync()
    {
        var now = _time.GetUtcNow();
        try
        {
            TakeOver(await _source.LookAsync(Ring.Window, now).ConfigureAwait(false));
            if (_isFailing)
            {
                _isFailing = false;
                TransportLog.TicketKeysBack(_logger, _source.Name);
            }
        }
        catch (TicketKeyException failure)
        {
            TakeOver(failure.Instead ?? Ring.Window);
            OnFailure(failure);
        }
        catch (Exception failure)
        {
            OnFailure(failure);
        }
        finally
        {
            // Whatever a logger throws: without it no key would ever follow.
            LookAgain(now);
        }
    }

    // From the time of the look on: a timer may fire a moment early, and where the next key's time began meanwhile, that was not seen.
    private void LookAgain(DateTimeOffset looked)
    {
        try
        {
            var wait = _source.LookAgainAfter(looked);
            var rest = wait - (_time.GetUtcNow() - looked);
            var soonest = _isFailing ? s_afterFailure : TimeSpan.Zero;
            _timer.Change(rest < soonest ? soonest : rest < wait ? rest : wait, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The application ends.
        }
    }

    private void TakeOver(TicketKeyWindow window)
    {
        lock (_gate)
        {
            if (_isDisposedByGate)
            {
                // What the source has just made belongs to nobody else.
                foreach (var key in window.Keys)
                {
                    key.Dispose();
                }

                window.Next?.Dispose();
            }
            else if (Ring.Replace(window))
            {
                _metrics.Rotated(_source.Name);
                TransportLog.TicketKeyRotated(_logger, _source.Name, window.Keys.Length);
            }
        }
    }

    private void OnFailure(Exception failure)
    {
        lock (_gate)
        {
            if (_isDisposedByGate)
            {
                return;
            }
        }

        _metrics.Failed(_source.Name);
        if (!_isFailing)
        {
            _isFailing = true;
            TransportLog.TicketKeysFailed(_logger, _source.Name, failure.Message);
        }
    }
}
