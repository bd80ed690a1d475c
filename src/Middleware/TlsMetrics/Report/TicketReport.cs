using Aeronet.AspNetCore.Middleware.Metering;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics.Report;

/// <summary>What became of session tickets that clients came back with.</summary>
/// <param name="Shown">Those that were looked at.</param>
/// <param name="Keys">The same by which key they were under.</param>
/// <param name="Declined">Those that were not used, by reason.</param>
/// <param name="AgeS">How old those were by which sessions were resumed, in seconds.</param>
internal sealed record TicketReport(long Shown, IReadOnlyDictionary<string, long> Keys, IReadOnlyDictionary<string, long> Declined, PercentileReport AgeS)
{
    public static TicketReport Of(MeterSnapshot meters) => new(
        meters.Points(TlsInstruments.Tickets).Count(),
        meters.Points(TlsInstruments.Tickets).CountBy(TlsInstruments.TicketKey),
        meters.Points(TlsInstruments.TicketsDeclined).CountBy(TlsInstruments.TicketReason),
        PercentileReport.Of(meters.Points(TlsInstruments.TicketAge), unitsPerSecond: 1));
}
