namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Bytes on the sockets.</summary>
/// <param name="Received">Those received.</param>
/// <param name="Sent">Those sent, files included.</param>
internal sealed record ByteFigures(Flow Received, Flow Sent)
{
    /// <summary>Null where the server does not tell.</summary>
    public static ByteFigures? Of(Interval interval) => interval.HasTransport
        ? new(interval.Flow("aeronet.bytes.received"), interval.Flow(Instruments.BytesSent))
        : null;
}
