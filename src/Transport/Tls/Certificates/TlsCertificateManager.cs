using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Aeronet.AspNetCore.Transport.Tls.Certificates;

/// <summary>
/// The door of the room: looks after the certificates of endpoints while they serve. Looks whether files or configuration changed when a
/// watched folder or the configuration says so and at intervals, has endpoints read theirs again, and warns of those about to expire.
/// One look at a time, on the thread pool.
/// </summary>
internal sealed class TlsCertificateManager : ITlsCertificateManager, IDisposable
{
    // Files that belong together are rarely written in one instant.
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_idleInterval = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CertificateMetrics _metrics;
    private readonly ExpiryWarnings _expiry;
    private readonly FolderWatch _folders;
    private readonly Timer _soon;
    private readonly ITimer _poll;
    private readonly IDisposable? _configuration;
    private ImmutableList<IReloadableEndpoint> _endpoints = [];
    private volatile bool _disposed;

    public TlsCertificateManager(ILoggerFactory loggers, IMeterFactory meters, IConfiguration? configuration = null, TimeProvider? time = null)
    {
        _logger = TransportLog.CreateLogger(loggers);
        _time = time ?? TimeProvider.System;
        _metrics = new CertificateMetrics(meters, Expiries);
        _expiry = new ExpiryWarnings(_logger, _time);
        _folders = new FolderWatch(LookSoon, _logger);
        _soon = new Timer(static manager => ((TlsCertificateManager)manager!).Look(), this, Timeout.Infinite, Timeout.Infinite);
        _poll = _time.CreateTimer(static manager => ((TlsCertificateManager)manager!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _configuration = configuration is null ? null : ChangeToken.OnChange(configuration.GetReloadToken, LookSoon);
    }

    public event EventHandler<TlsReloadResult>? Reloaded;

    public Task<IReadOnlyList<TlsReloadResult>> ReloadAsync(CancellationToken cancellationToken = default) => RunAsync(all: true, cancellationToken);

    /// <summary>Looks after an endpoint that is about to be bound, until it is not any more.</summary>
    internal void Add(IReloadableEndpoint endpoint)
    {
        ImmutableInterlocked.Update(ref _endpoints, static (all, added) => all.Add(added), endpoint);
        LookSoon();
    }

    public void Dispose()
    {
        _disposed = true;
        _configuration?.Dispose();
        _poll.Dispose();
        _soon.Dispose();
        _turn.Wait();
        _folders.Dispose();
        _turn.Release();
    }

    private void LookSoon()
    {
        try
        {
            _soon.Change(s_settle, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The application has ended meanwhile.
        }
    }

    private async void Look()
    {
        try
        {
            await RunAsync(all: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // On a thread of the pool nobody else could be told.
            TransportLog.HandlerFailed(_logger, e);
        }
    }

    private async Task<IReadOnlyList<TlsReloadResult>> RunAsync(bool all, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (_disposed)
            {
                return [];
            }

            ImmutableInterlocked.Update(ref _endpoints, static endpoints => endpoints.RemoveAll(endpoint => !endpoint.IsBound));
            var endpoints = _endpoints;
            Watch(endpoints);
            var results = endpoints.Where(endpoint => all || NeedsReload(endpoint)).Select(Reload).ToArray();
            if (results.Length > 0)
            {
                Watch(endpoints);
            }

            _expiry.Warn(endpoints);
            return results;
        }
        finally
        {
            LookAgain(_endpoints);
            _turn.Release();
        }
    }

    private static bool NeedsReload(IReloadableEndpoint endpoint) =>
        endpoint.Current.Options.ReloadCertificates && (endpoint.Files.HaveChanged || endpoint.IsConfiguredAnew);

    private TlsReloadResult Reload(IReloadableEndpoint endpoint)
    {
        string? failure = null;
        try
        {
            endpoint.Reload();
            CertificateLog.Reloaded(_logger, endpoint.Name, string.Join(", ", endpoint.Served.DistinctBy(certificate => certificate.Fingerprint).Select(Describe)));
        }
        catch (OptionsValidationException e)
        {
            failure = string.Join(Environment.NewLine, e.Failures);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Also what the application's own delegate throws.
            failure = e.Message;
        }

        if (failure is not null)
        {
            CertificateLog.ReloadFailed(_logger, endpoint.Name, failure);
        }

        _metrics.Reloaded(failure is null);
        var result = new TlsReloadResult { Address = endpoint.Name, Failure = failure };
        try
        {
            Reloaded?.Invoke(this, result);
        }
        catch (Exception e)
        {
            CertificateLog.HandlerFailed(_logger, e);
        }

        return result;
    }

    private void Watch(IEnumerable<IReloadableEndpoint> endpoints) =>
        _folders.Watch(endpoints.Where(endpoint => endpoint.Current.Options.ReloadCertificates).SelectMany(endpoint => endpoint.Files.Folders()).ToHashSet());

    private void LookAgain(IEnumerable<IReloadableEndpoint> endpoints)
    {
        var interval = endpoints.Select(endpoint => endpoint.Current.Options).Where(options => options.ReloadCertificates)
            .Select(options => options.ReloadInterval).Append(s_idleInterval).Min();
        _poll.Change(interval, Timeout.InfiniteTimeSpan);
    }

    private IEnumerable<(string Host, double Seconds)> Expiries()
    {
        var now = _time.GetUtcNow();
        return _endpoints.Where(endpoint => endpoint.IsBound).SelectMany(endpoint => endpoint.Served)
            .GroupBy(certificate => certificate.Host ?? "*", StringComparer.OrdinalIgnoreCase)
            .Select(host => (host.Key, host.Min(certificate => (certificate.NotAfter - now).TotalSeconds)));
    }

    private static string Describe(ServedCertificate certificate) =>
        string.Create(CultureInfo.InvariantCulture, $"'{certificate.Subject}' until {certificate.NotAfter:yyyy-MM-dd}");
}
