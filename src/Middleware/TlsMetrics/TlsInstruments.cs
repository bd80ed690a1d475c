using System.Diagnostics.Metrics;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>The instruments that measure TLS, and their tags. Kestrel's are recorded by the transport as well.</summary>
internal static class TlsInstruments
{
    public const string KestrelMeter = "Microsoft.AspNetCore.Server.Kestrel";
    public const string TransportMeter = "Aeronet.Transport";

    public const string Duration = "kestrel.tls_handshake.duration";
    public const string Active = "kestrel.active_tls_handshakes";
    public const string Handshakes = "aeronet.tls.handshakes";
    public const string Connections = "aeronet.tls.connections";
    public const string Broken = "aeronet.tls.broken";
    public const string Fallbacks = "aeronet.ktls.fallbacks";
    public const string Rejected = "aeronet.tls.rejected";
    public const string Delayed = "aeronet.tls.delayed";
    public const string Tickets = "aeronet.tls.tickets";
    public const string TicketAge = "aeronet.tls.ticket.age";
    public const string TicketsDeclined = "aeronet.tls.ticket.declined";
    public const string Staples = "aeronet.tls.staples";
    public const string StapleAge = "aeronet.tls.staple.age";
    public const string StapleExpiry = "aeronet.tls.staple.expiry";
    public const string StapleFetches = "aeronet.tls.staple.fetches";

    public const string Reason = "error.type";
    public const string Resumed = "tls.resumed";
    public const string TicketKey = "aeronet.ticket.key";
    public const string TicketReason = "aeronet.ticket.reason";
    public const string IsSent = "aeronet.staple.sent";
    public const string StapleResult = "aeronet.staple.result";
    public const string Host = "aeronet.tls.host";
    public const string SendsByKernel = "aeronet.ktls.send";
    public const string ReceivesByKernel = "aeronet.ktls.receive";
    public const string FallbackReason = "aeronet.fallback.reason";

    // A handshake is a millisecond of work and some of waiting; the usual buckets begin at five.
    private static readonly double[] HandshakeBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>All of them of an application.</summary>
    public static AeronetScrapeSource ForScrapers(IMeterFactory application) => new()
    {
        Meters = [KestrelMeter, TransportMeter],
        Includes = instrument => Includes(instrument, application),
        DurationBounds = HandshakeBounds,
    };

    /// <summary>Whether an instrument is one of them, and of an application's own meters or the process's.</summary>
    public static bool Includes(Instrument instrument, IMeterFactory application) =>
        instrument.Name is Duration or Active or Handshakes or Connections or Broken or Fallbacks or Rejected or Delayed
            or Tickets or TicketAge or TicketsDeclined or Staples or StapleAge or StapleExpiry or StapleFetches
        && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, application));
}
