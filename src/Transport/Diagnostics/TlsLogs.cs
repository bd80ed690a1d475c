using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Transport.Diagnostics;

/// <summary>Where handshakes are logged: with all that is known of them, and in Kestrel's words where operators look for those.</summary>
internal sealed class TlsLogs(ILoggerFactory loggers)
{
    internal ILogger Transport { get; } = TransportLog.CreateLogger(loggers);

    internal ILogger Kestrel { get; } = new GuardedLogger(loggers.CreateLogger(KestrelHttpsLog.Category));
}
