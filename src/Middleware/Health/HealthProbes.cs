using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>
/// What each probe asks of whom. Life is the loops' alone: a restart mends nothing else. Readiness is every aspect, and the application's own
/// checks that have the tag <c>ready</c>. Degraded is ready.
/// </summary>
internal sealed class HealthProbes(TransportHealth health, IOptions<AeronetHealthOptions> options, IHostApplicationLifetime lifetime, HealthCheckService? checks = null)
{
    public const string ReadyTag = "ready";

    /// <summary>The name of an aspect's check.</summary>
    public static string NameOf(Aspect aspect) => aspect switch
    {
        Aspect.Loops => "aeronet-loops",
        Aspect.Accept => "aeronet-accept",
        Aspect.Standby => "aeronet-standby",
        Aspect.Certificates => "aeronet-certificates",
        Aspect.Staples => "aeronet-staples",
        Aspect.Tickets => "aeronet-tickets",
        _ => "aeronet-drain",
    };

    /// <summary>On the calling thread, without the application's checks, which may wait for anything.</summary>
    public HealthAnswer Answer(Probe probe) => HealthAnswer.Of(Entries(probe), options.Value.Details);

    /// <summary>The application's checks too.</summary>
    public async Task<HealthAnswer> AnswerAsync(Probe probe, CancellationToken cancellationToken)
    {
        var entries = Entries(probe);
        if (probe == Probe.Ready && checks is not null)
        {
            var report = await checks.CheckHealthAsync(
                static check => check.Tags.Contains(ReadyTag) && !check.Name.StartsWith("aeronet-", StringComparison.Ordinal),
                cancellationToken);
            entries.AddRange(report.Entries.Select(entry => (entry.Key, entry.Value.Status, entry.Value.Description)));
        }

        return HealthAnswer.Of(entries, options.Value.Details);
    }

    private List<(string Name, HealthStatus Status, string? Description)> Entries(Probe probe)
    {
        var entries = new List<(string, HealthStatus, string?)>();
        if (probe != Probe.Live && !lifetime.ApplicationStarted.IsCancellationRequested)
        {
            entries.Add(("aeronet-startup", HealthStatus.Unhealthy, "the application has not started"));
        }

        // The drain says so too, where the transport serves.
        if (probe == Probe.Ready && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            entries.Add(("aeronet-stopping", HealthStatus.Unhealthy, "the application stops"));
        }

        foreach (var aspect in probe switch { Probe.Live => [Aspect.Loops], Probe.Ready => TransportHealth.All, _ => [] })
        {
            var result = health.Look(aspect);
            entries.Add((NameOf(aspect), result.Status, result.Description));
        }

        return entries;
    }
}
