namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Names that several kinds of figures use.</summary>
internal static class Instruments
{
    public const string KestrelConnections = "kestrel.active_connections";
    public const string LoopBusyRatio = "aeronet.loop.busy_ratio";
    public const string BytesSent = "aeronet.bytes.sent";
    public const string FallbackReason = "aeronet.fallback.reason";
}
