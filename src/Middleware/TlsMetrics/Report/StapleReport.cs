using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>What became of clients that asked for the OCSP response for a certificate that is stapled.</summary>
/// <param name="Sent">Those that got it.</param>
/// <param name="Missing">Those that did not, because there was none that is valid.</param>
/// <param name="AgeS">How old what was sent was, in seconds.</param>
/// <param name="Fetches">How often responses were asked for, by what came of it.</param>
internal sealed record StapleReport(long Sent, long Missing, PercentileReport AgeS, IReadOnlyDictionary<string, long> Fetches)
{
    public static StapleReport Of(MeterSnapshot meters)
    {
        var all = meters.Points(TlsInstruments.Staples).ToList();
        return new StapleReport(
            all.With(TlsInstruments.IsSent, "true").Count(),
            all.With(TlsInstruments.IsSent, "false").Count(),
            PercentileReport.Of(meters.Points(TlsInstruments.StapleAge), unitsPerSecond: 1),
            meters.Points(TlsInstruments.StapleFetches).CountBy(TlsInstruments.StapleResult));
    }
}
