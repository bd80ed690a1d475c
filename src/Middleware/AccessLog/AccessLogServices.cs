using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>What stays the same however the options change.</summary>
/// <param name="Sinks">The application's own.</param>
/// <param name="Root">Where relative paths start.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Logger">The log of the log.</param>
/// <param name="Time">The clock.</param>
internal sealed record AccessLogServices(
    IReadOnlyList<IAccessLogSink> Sinks, string Root, AccessLogMetrics Metrics, ILogger Logger, TimeProvider Time);
