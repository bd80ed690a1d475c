using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>What is measured of the revocation of client certificates.</summary>
internal sealed class RevocationMetrics
{
    private const string Url = "url.full";
    private const string Result = "aeronet.tls.revocation.result";

    private readonly Counter<long> _fetches;
    private readonly Counter<long> _checks;
    private readonly Counter<long> _unchecked;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Func<double?>> _lists = [];

    public RevocationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(TransportMetrics.MeterName);
        _fetches = meter.CreateCounter<long>("aeronet.tls.revocation.fetches", "{fetch}", "Times a revocation list was fetched: updated, unchanged or failed.");
        _checks = meter.CreateCounter<long>("aeronet.tls.revocation.checks", "{check}", "Times the application's checker was asked about a client certificate, by what came of it.");
        _unchecked = meter.CreateCounter<long>("aeronet.tls.revocation.unchecked", "{handshake}", "Client certificates that were accepted though nobody could say whether they were revoked.");
        meter.CreateObservableGauge("aeronet.tls.revocation.list.expiry", Expiries, "s", "The time until a revocation list that was fetched ends; negative once it has.");
    }

    internal void Fetched(string url, string result) => _fetches.TryAdd(new(Url, url), new(Result, result));

    internal void Checked(string result) => _checks.TryAdd(new KeyValuePair<string, object?>(Result, result));

    internal void LetInUnchecked() => _unchecked.TryAdd();

    /// <summary>Shows how many seconds a list has left; <paramref name="left"/> is null for one that is not there, or never ends.</summary>
    internal void Observe(string url, Func<double?> left)
    {
        lock (_gate)
        {
            _lists[url] = left;
        }
    }

    private IEnumerable<Measurement<double>> Expiries()
    {
        KeyValuePair<string, Func<double?>>[] lists;
        lock (_gate)
        {
            lists = [.. _lists];
        }

        return lists.Select(list => (list.Key, Left: list.Value())).Where(list => list.Left is not null)
            .Select(list => new Measurement<double>(list.Left!.Value, new KeyValuePair<string, object?>(Url, list.Key)));
    }
}
