using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Revocation;

/// <summary>
/// The revocation list of one address, fetched again and again in the background for as long as somebody holds this object. Handshakes read
/// <see cref="Current"/> without a lock; what is fetched and verified takes its place by one write. What cannot be used changes nothing.
/// </summary>
internal sealed class FetchedList
{
    private readonly Uri _url;
    private readonly X509Certificate2Collection _authorities;
    private readonly TimeSpan _interval;
    private readonly ListCache? _cache;
    private readonly ListFetcher _fetcher;
    private readonly RevocationMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private volatile RevocationList? _current;
    private EntityTagHeaderValue? _tag;
    private int _failures;
    private bool _saidEnded;

    internal FetchedList(
        Uri url, X509Certificate2Collection authorities, TimeSpan interval, ListCache? cache, ListFetcher fetcher, RevocationMetrics metrics, ILogger logger, TimeProvider time)
    {
        (_url, _authorities, _interval, _cache, _fetcher, _metrics, _logger, _time) = (url, authorities, interval, cache, fetcher, metrics, logger, time);
        if (cache?.TryRead() is { } kept)
        {
            _current = RevocationList.TryRead(kept, authorities, time.GetUtcNow(), out _);
        }

        // The timer does not hold the list: what nobody decides by any more is not fetched any more.
        var list = new WeakReference<FetchedList>(this);
        _timer = time.CreateTimer(static state => Begin((WeakReference<FetchedList>)state!), list, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        metrics.Observe(url.AbsoluteUri, () => list.TryGetTarget(out var target) ? target.SecondsLeft : null);
        _ = Task.Run(FetchAsync);
    }

    /// <summary>The last list that could be used, which may have ended since; null when there is none.</summary>
    internal RevocationList? Current => _current;

    /// <summary>Completes when there is a list, or the first attempt to get one has failed. Never fails.</summary>
    internal Task Tried => _current is null ? _tried.Task : Task.CompletedTask;

    private double? SecondsLeft => (_current?.Ends - _time.GetUtcNow())?.TotalSeconds;

    private static void Begin(WeakReference<FetchedList> list)
    {
        if (list.TryGetTarget(out var target))
        {
            _ = Task.Run(target.FetchAsync);
        }
    }

    // One at a time: the timer is set again at its end.
    private async Task FetchAsync()
    {
        try
        {
            var (bytes, tag) = await _fetcher.FetchAsync(_url, _current?.Ends > _time.GetUtcNow() ? _tag : null).ConfigureAwait(false);
            var problem = "";
            if (bytes is null || TryTake(bytes, out problem))
            {
                _tag = tag;
                OnSuccess(isNew: bytes is not null);
            }
            else
            {
                OnFailure(problem);
            }
        }
        catch (Exception) when (_fetcher.IsDisposed)
        {
            // Nobody waits for it any more.
        }
        catch (OperationCanceledException)
        {
            OnFailure("it takes too long");
        }
        catch (Exception e)
        {
            OnFailure(e.Message.TrimEnd('.'));
        }
        finally
        {
            // Whatever a logger throws: without it no list would ever follow.
            var wait = _failures == 0 ? ListSchedule.AfterSuccess(_interval, _current?.Ends, _time.GetUtcNow()) : ListSchedule.AfterFailure(_interval, _failures);
            _tried.TrySetResult();
            if (!_fetcher.IsDisposed)
            {
                _timer.Change(wait, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private bool TryTake(byte[] bytes, out string problem)
    {
        if (RevocationList.TryRead(bytes, _authorities, _time.GetUtcNow(), out problem) is not { } list)
        {
            return false;
        }

        // Plain HTTP: somebody on the way may show a list from before a certificate was revoked.
        if (list.Made < _current?.Made)
        {
            problem = "it is older than the one that is there";
            return false;
        }

        _current = list;
        Keep(bytes);
        return true;
    }

    private void Keep(byte[] bytes)
    {
        try
        {
            _cache?.Write(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RevocationLog.NotKept(_logger, _url.AbsoluteUri, e.Message);
        }
    }

    private void OnSuccess(bool isNew)
    {
        var wasFailing = _failures > 0;
        _failures = 0;
        _saidEnded = false;
        _metrics.Fetched(_url.AbsoluteUri, isNew ? "updated" : "unchanged");
        if (wasFailing)
        {
            RevocationLog.Back(_logger, _url.AbsoluteUri);
        }

        if (isNew)
        {
            RevocationLog.Updated(_logger, _url.AbsoluteUri, Until());
        }
    }

    private void OnFailure(string reason)
    {
        _failures++;
        _metrics.Fetched(_url.AbsoluteUri, "failed");
        if (_failures == 1)
        {
            RevocationLog.Failed(_logger, _url.AbsoluteUri, reason, _current is null ? "There is none" : $"The one that is there is {Until()}");
        }

        if (_current?.Ends <= _time.GetUtcNow() && !_saidEnded)
        {
            _saidEnded = true;
            RevocationLog.Ended(_logger, _url.AbsoluteUri);
        }
    }

    private string Until() => _current?.Ends is { } ends ? string.Create(CultureInfo.InvariantCulture, $"current until {ends:u}") : "current for ever";
}
