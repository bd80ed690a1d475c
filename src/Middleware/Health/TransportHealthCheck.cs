using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aeronet.AspNetCore.Middleware.Health;

/// <summary>One aspect, as ASP.NET's health checks ask for it.</summary>
internal sealed class TransportHealthCheck(TransportHealth health, Aspect aspect) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(health.Look(aspect));
}
