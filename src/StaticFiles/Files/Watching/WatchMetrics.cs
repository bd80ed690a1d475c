using System.Diagnostics.Metrics;
using Aeronet.AspNetCore.StaticFiles.Native;

namespace Aeronet.AspNetCore.StaticFiles.Files.Watching;

/// <summary>What watching directories counts, on the meter <c>Aeronet.StaticFiles</c>.</summary>
internal sealed class WatchMetrics
{
    private readonly UpDownCounter<long> _watched;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _overflows;

    public WatchMetrics(IMeterFactory? factory)
    {
#pragma warning disable CA2000 // The factory owns its meters; one without a factory lives as long as the process.
        var meter = factory?.Create("Aeronet.StaticFiles") ?? new Meter("Aeronet.StaticFiles");
#pragma warning restore CA2000
        _watched = meter.CreateUpDownCounter<long>("aeronet.files.watched", "{directory}", "Directories that are watched.");
        _failures = meter.CreateCounter<long>(
            "aeronet.files.watch_failures", "{directory}", "Directories that could not be watched: looked at by age instead.");
        _overflows = meter.CreateCounter<long>("aeronet.files.watch_overflows", "{overflow}", "Times events were lost.");
    }

    public void Watched(int change) => _watched.Add(change);

    public void Failed(int errno) => _failures.Add(1, new KeyValuePair<string, object?>("aeronet.failure.reason", errno switch
    {
        Errno.EMFILE or Errno.ENFILE => "instances",
        Errno.ENOSPC or Errno.ENOMEM => "watches",
        Errno.EACCES => "denied",
        _ => "unsupported",
    }));

    public void Bounded() => _failures.Add(1, new KeyValuePair<string, object?>("aeronet.failure.reason", "bound"));

    public void Overflowed() => _overflows.Add(1);
}
