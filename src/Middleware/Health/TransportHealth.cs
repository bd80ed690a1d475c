using System.Globalization;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>
/// Judges what the transport says of itself, on the calling thread alone. Without the transport there is nothing to say, and all is well.
/// </summary>
internal sealed class TransportHealth(
    IOptions<AeronetHealthOptions> options,
    TimeProvider clock,
    IAeronetTransportStatus? transport = null,
    IAeronetTlsStatus? tls = null,
    IAeronetDrain? drain = null)
{
    /// <summary>Every aspect, the one that decides about life first.</summary>
    public static IReadOnlyList<Aspect> All { get; } = Enum.GetValues<Aspect>();

    public HealthCheckResult Look(Aspect aspect) => aspect switch
    {
        Aspect.Loops => LookAtLoops(transport?.Loops ?? []),
        Aspect.Accept => transport is { IsAcceptPaused: true }
            ? HealthCheckResult.Degraded("accepting pauses: descriptors or memory have run out, or connections are not taken")
            : HealthCheckResult.Healthy(),
        Aspect.Standby => LookAtStandby(),
        Aspect.Certificates => Worst(Certificates().Select(LookAtCertificate)),
        Aspect.Staples => Worst(Certificates().Select(LookAtStaple)),
        Aspect.Tickets => Worst((tls?.Endpoints ?? []).Select(LookAtTickets)),
        _ => drain is { Phase: not AeronetDrainPhase.Serving and var phase }
            ? HealthCheckResult.Unhealthy(string.Create(CultureInfo.InvariantCulture, $"it leaves: {phase}"))
            : HealthCheckResult.Healthy(),
    };

    private HealthCheckResult LookAtLoops(IReadOnlyList<AeronetLoopStatus> loops)
    {
        var stuck = loops.Where(loop => loop.StuckFor >= options.Value.StuckAfter).ToArray();
        if (stuck.Length > 0)
        {
            var worst = stuck.MaxBy(loop => loop.StuckFor)!;
            return HealthCheckResult.Unhealthy(string.Create(
                CultureInfo.InvariantCulture, $"{stuck.Length} of {loops.Count} event loops make no progress, loop {worst.Index} for {worst.StuckFor.TotalSeconds:0} s"));
        }

        // A loop that is blocked now would stay so.
        var blocked = loops.Sum(loop => loop.BlockedThreads);
        return transport is { IsStandbyExhausted: true }
            ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"no thread is left to take a blocked loop, and the application blocks {blocked}"))
            : HealthCheckResult.Healthy();
    }

    private HealthCheckResult LookAtStandby() => transport switch
    {
        { IsStandbyExhausted: true } => HealthCheckResult.Degraded("no standby thread is left: the application blocks them all"),
        { IsStandbyScarce: true } => HealthCheckResult.Degraded("only the standby threads for stuck loops are left: the application blocks the others"),
        _ => HealthCheckResult.Healthy(),
    };

    // Degraded and no worse: to stop serving because a certificate has ended, on every server at once, would make it an outage.
    private HealthCheckResult LookAtCertificate(TlsCertificateStatus certificate)
    {
        var left = certificate.NotAfter - clock.GetUtcNow();
        return left <= TimeSpan.Zero ? HealthCheckResult.Degraded($"the certificate {certificate.Subject} has ended")
            : left < options.Value.CertificateWarning ? HealthCheckResult.Degraded(string.Create(
                CultureInfo.InvariantCulture, $"the certificate {certificate.Subject} ends in {left.TotalDays:0.#} days"))
            : HealthCheckResult.Healthy();
    }

    private static HealthCheckResult LookAtStaple(TlsCertificateStatus certificate) => certificate.Staple switch
    {
        TlsStapleState.Revoked => HealthCheckResult.Degraded($"the certificate {certificate.Subject} is revoked"),
        TlsStapleState.Missing when certificate.DemandsStaple || certificate.StapleProblem is not null =>
            HealthCheckResult.Degraded($"there is no OCSP response for the certificate {certificate.Subject}: {certificate.StapleProblem ?? "none has come yet"}"),
        _ => HealthCheckResult.Healthy(),
    };

    private static HealthCheckResult LookAtTickets(TlsEndpointStatus endpoint) =>
        endpoint.Implementation == TlsImplementation.OpenSsl && endpoint.TicketKeys.Count == 0 && endpoint.Hosts.Any(host => host.IsResumable)
            ? HealthCheckResult.Degraded($"{endpoint.Address} has no key for session tickets: sessions are not resumed")
            : HealthCheckResult.Healthy();

    private IEnumerable<TlsCertificateStatus> Certificates() =>
        (tls?.Endpoints ?? []).SelectMany(endpoint => endpoint.Hosts).SelectMany(host => host.Certificates).DistinctBy(certificate => certificate.Fingerprint);

    /// <summary>The worst of some, which says why, and how many more there are.</summary>
    private static HealthCheckResult Worst(IEnumerable<HealthCheckResult> results)
    {
        var bad = results.Where(result => result.Status != HealthStatus.Healthy).ToArray();
        return bad.Length == 0 ? HealthCheckResult.Healthy()
            : bad.Length == 1 ? bad[0]
            : new HealthCheckResult(bad.Min(result => result.Status), string.Create(CultureInfo.InvariantCulture, $"{bad[0].Description}; and {bad.Length - 1} more"));
    }
}
