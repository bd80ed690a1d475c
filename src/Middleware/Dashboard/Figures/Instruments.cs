namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Names that several kinds of figures use.</summary>
internal static class Instruments
{
    public const string BytesSent = "aeronet.bytes.sent";
    public const string FallbackReason = "aeronet.fallback.reason";
}
