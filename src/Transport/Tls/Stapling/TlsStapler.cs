using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport.Diagnostics;
using Aeronet.AspNetCore.Transport.Tls.Certificates;
using Aeronet.AspNetCore.Transport.Tls.Policies;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>
/// The door of the room: the staples of all certificates that the application serves, and who keeps them fresh.
/// <code>
/// OcspClient | ResponseFiles -> OcspVerifier -> StapleKeeper -> CertificateStaple -> HostStaples (for OpenSSL, in each handshake)
///                                                    |
///                                               StapleFiles (across restarts)
/// </code>
/// </summary>
internal sealed class TlsStapler : IDisposable
{
    private const string FolderInCache = "aeronet-ocsp";

    private readonly Lock _gate = new();

    // Whoever serves with one holds it. Endpoints share it, and a reload finds it again.
    private readonly Dictionary<string, WeakReference<CertificateStaple>> _knownByGate = [];
    private readonly Dictionary<CertificateStaple, StapleKeeper> _keepersByGate = new(ReferenceEqualityComparer.Instance);
    private readonly List<CertificateStaple> _awaitedByGate = [];
    private readonly OcspClient _client = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly StapleMetrics _metrics;
    private readonly ITimer _timer;
    private readonly string _contentRoot;
    private ImmutableList<IStapledEndpoint> _endpoints = [];
    private bool _isDisposedByGate;

    public TlsStapler(ILoggerFactory loggers, IMeterFactory meters, IHostEnvironment? environment = null, TimeProvider? time = null)
    {
        _logger = TransportLog.CreateLogger(loggers);
        _time = time ?? TimeProvider.System;
        _contentRoot = environment?.ContentRootPath ?? Environment.CurrentDirectory;
        _metrics = new StapleMetrics(meters, Expiries);
        _timer = _time.CreateTimer(static stapler => ((TlsStapler)stapler!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Of a host, for those of its certificates that <see cref="For"/> has places for.</summary>
    internal HostStaples StaplesOf(TlsHost host) => new(host.ServerName, _time);

    /// <summary>A certificate's place; null where it is not stapled.</summary>
    /// <exception cref="InvalidOperationException">A file is missing; the message names the option.</exception>
    internal CertificateStaple? For(TlsHost host, X509Certificate2 certificate)
    {
        var policy = host.Stapling;
        if (!policy.Enabled)
        {
            Refuse(certificate, null, "OcspStapling:Enabled is false");
            return null;
        }

        var files = policy.Files.Select(file => Path.Combine(_contentRoot, file)).ToArray();
        if (files.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new InvalidOperationException($"{host.NameOf("OcspStapling:ResponseFiles")} has '{missing}', which does not exist: correct the path (relative ones begin at the content root).");
        }

        var responder = files.Length > 0 ? null : policy.Responder is { } given ? StapleOptionsValidator.TryParseResponder(given) : ResponderOf(certificate);
        if (responder is null && files.Length == 0)
        {
            Refuse(certificate, null, "It names no responder: set OcspStapling:Responder or ResponseFiles");
            return null;
        }

        if (CertificateChain.IssuerOf(certificate, host.Intermediates) is not { } issuer)
        {
            if (certificate.Issuer != certificate.Subject)
            {
                Refuse(certificate, "the certificate of its issuer is neither in its file nor among the system's: give it the file with the whole chain (certbot's is fullchain.pem)", "Its issuer is unknown");
            }

            return null;
        }

        var directory = policy.CacheDirectory is { } configured ? Path.Combine(_contentRoot, configured) : DirectoryIn(Environment.GetEnvironmentVariable("CACHE_DIRECTORY"));
        var identity = string.Join('\n', CertificateStaple.FingerprintOf(certificate), issuer.Thumbprint, responder, directory, policy.Timeout, policy.StartupWait, string.Join('\n', files));
        lock (_gate)
        {
            if (!_knownByGate.TryGetValue(identity, out var known) || !known.TryGetTarget(out var staple))
            {
                staple = new CertificateStaple(certificate, issuer, policy, responder, files, directory);
                Fill(staple);
                _knownByGate[identity] = new WeakReference<CertificateStaple>(staple);
            }

            return staple;
        }
    }

    /// <summary>Keeps the staples of an endpoint that is about to be bound fresh, until it is not any more.</summary>
    internal void Add(IStapledEndpoint endpoint)
    {
        ImmutableInterlocked.Update(ref _endpoints, static (all, added) => all.Add(added), endpoint);
        AwaitDemanded(endpoint.Staples);
    }

    /// <summary>
    /// Waits, as long as its options say, for the first staples of certificates that demand them, and says which are to be served without. Blocks: at the
    /// start and in a reload, never in a handshake.
    /// </summary>
    internal void AwaitDemanded(IEnumerable<HostStaples> hosts)
    {
        var now = _time.GetUtcNow();
        var missing = hosts.SelectMany(host => host.All).Distinct().Where(staple => staple.MustStaple && staple.Current(now) is null).ToArray();
        lock (_gate)
        {
            _awaitedByGate.AddRange(missing);
        }

        Look();
        if (missing.Length == 0)
        {
            return;
        }

        _ = Task.WaitAll([.. missing.Select(staple => staple.First)], missing.Max(staple => staple.StartupWait));
        lock (_gate)
        {
            _awaitedByGate.RemoveAll(missing.Contains);
        }

        foreach (var staple in missing.Where(staple => staple.Last is null))
        {
            StapleLog.MustStapleMissing(_logger, staple.Subject, staple.Problem ?? "No response has come yet");
        }
    }

    /// <summary>Begins to keep what is served by now, and ends to keep what is not.</summary>
    internal void Look()
    {
        lock (_gate)
        {
            if (_isDisposedByGate)
            {
                return;
            }

            ImmutableInterlocked.Update(ref _endpoints, static endpoints => endpoints.RemoveAll(endpoint => !endpoint.IsBound));
            var served = _endpoints.SelectMany(endpoint => endpoint.Staples).SelectMany(host => host.All).Concat(_awaitedByGate).ToHashSet();
            foreach (var (staple, keeper) in _keepersByGate.Where(each => !served.Contains(each.Key)).ToArray())
            {
                keeper.Dispose();
                _keepersByGate.Remove(staple);
            }

            foreach (var (identity, _) in _knownByGate.Where(each => !each.Value.TryGetTarget(out _)).ToArray())
            {
                _knownByGate.Remove(identity);
            }

            foreach (var staple in served.Where(staple => !_keepersByGate.ContainsKey(staple)))
            {
                _keepersByGate.Add(staple, new StapleKeeper(staple, _client, _metrics, _logger, _time, Look));
            }

            var now = _time.GetUtcNow();
            TimeSpan? wait = null;
            foreach (var keeper in _keepersByGate.Values)
            {
                var next = keeper.Look(now) - now;
                wait = wait < next ? wait : next;
            }

            _timer.Change(wait is not { } soon ? Timeout.InfiniteTimeSpan : soon > TimeSpan.Zero ? soon : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposedByGate = true;
            foreach (var keeper in _keepersByGate.Values)
            {
                keeper.Dispose();
            }

            _keepersByGate.Clear();
        }

        _timer.Dispose();
        _client.Dispose();
    }

    // From disk: nobody waits for the network.
    private void Fill(CertificateStaple staple)
    {
        var now = _time.GetUtcNow();
        if (staple.Files.Length > 0)
        {
            Take(ResponseFiles.Read(staple, now).Staple);
        }
        else if (staple.Directory is { } directory
            && StapleFiles.TryRead(StapleFiles.PathOf(directory, staple.Fingerprint), out _) is { } kept)
        {
            Take(staple.Verifier.Read(kept, now).Staple);
        }

        void Take(Staple? valid)
        {
            if (valid is null)
            {
                return;
            }

            staple.Replace(valid);
            if (valid.IsRevoked)
            {
                StapleLog.Revoked(_logger, staple.Subject);
            }
        }
    }

    private void Refuse(X509Certificate2 certificate, string? why, string reason)
    {
        if (CertificateStaple.Demands(certificate))
        {
            StapleLog.MustStapleMissing(_logger, certificate.Subject, reason);
        }
        else if (why is not null)
        {
            StapleLog.Impossible(_logger, certificate.Subject, why);
        }
    }

    private static Uri? ResponderOf(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509AuthorityInformationAccessExtension>()
                .SelectMany(access => access.EnumerateOcspUris())
                .Select(StapleOptionsValidator.TryParseResponder)
                .FirstOrDefault(uri => uri is not null);
        }
        catch (CryptographicException)
        {
            // An extension that nobody can read.
            return null;
        }
    }

    /// <summary>Where responses are kept by the value of CACHE_DIRECTORY: one folder for each that the unit names, separated by colons (systemd.exec(5)). Null for nowhere.</summary>
    internal static string? DirectoryIn(string? cacheDirectories) =>
        cacheDirectories?.Split(':') is [{ Length: > 0 } first, ..] && Path.IsPathRooted(first) ? Path.Combine(first, FolderInCache) : null;

    private IEnumerable<(string Host, double Seconds)> Expiries()
    {
        var now = _time.GetUtcNow();
        return _endpoints.Where(endpoint => endpoint.IsBound).SelectMany(endpoint => endpoint.Staples).Where(host => !host.IsEmpty)
            .GroupBy(host => host.Host ?? "*", StringComparer.OrdinalIgnoreCase)
            .Select(host => (host.Key, host.SelectMany(each => each.All).Min(staple => staple.Current(now) is { } current ? (current.Expires - now).TotalSeconds : 0)));
    }
}
