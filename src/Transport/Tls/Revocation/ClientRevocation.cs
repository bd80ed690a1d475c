using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Revocation;

/// <summary>
/// The door of the room: how an application learns that client certificates were revoked. One <see cref="FetchedList"/> for all hosts with the same
/// address and authorities, for as long as one of them has it.
/// </summary>
internal sealed class ClientRevocation : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WeakReference<FetchedList>> _lists = [];
    private readonly ListFetcher _fetcher = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly string _contentRoot;

    public ClientRevocation(IServiceProvider services, ILoggerFactory loggers, RevocationMetrics metrics)
    {
        _logger = TransportLog.CreateLogger(loggers);
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _contentRoot = services.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory;
        Metrics = metrics;
        Checks = services.GetService<ITlsRevocationChecker>() is { } checker ? new RevocationChecks(checker, metrics, _logger, _time) : null;
    }

    internal RevocationMetrics Metrics { get; }

    /// <summary>Asks the application's checker; null where there is none.</summary>
    internal RevocationChecks? Checks { get; }

    /// <summary>The lists that a host fetches. Whoever keeps them has them fetched.</summary>
    internal FetchedList[] ListsOf(TlsHost host) =>
        host.IsOpen ? [] : [.. host.RevocationUrls.Select(url => ListOf(new Uri(url), host.TrustedClientAuthorities, host.Revocation))];

    public void Dispose() => _fetcher.Dispose();

    private FetchedList ListOf(Uri url, X509Certificate2Collection authorities, AeronetTlsRevocationOptions options)
    {
        var interval = options.RefreshInterval;
        var key = string.Join('\n', url.AbsoluteUri, interval, options.CacheDirectory, string.Join('\n', authorities.Select(authority => authority.GetCertHashString()).Order(StringComparer.Ordinal)));
        lock (_gate)
        {
            foreach (var gone in _lists.Where(list => !list.Value.TryGetTarget(out _)).Select(list => list.Key).ToArray())
            {
                _lists.Remove(gone);
            }

            if (_lists.TryGetValue(key, out var known) && known.TryGetTarget(out var list))
            {
                return list;
            }

            list = new FetchedList(url, authorities, interval, ListCache.Of(options, _contentRoot, url), _fetcher, Metrics, _logger, _time);
            _lists[key] = new WeakReference<FetchedList>(list);
            return list;
        }
    }
}
