namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Files that were sent without a copy.</summary>
/// <param name="Sendfile">Bytes sent by sendfile(2).</param>
/// <param name="Encrypted">Those of them that the kernel encrypted.</param>
/// <param name="Share">Their share of all bytes sent, since counting began; null if nothing was sent.</param>
/// <param name="RecentShare">The same over the last interval.</param>
/// <param name="Fallbacks">Files that were copied instead, by reason.</param>
/// <param name="Failures">Files whose sending was cut short, by reason.</param>
internal sealed record FileFigures(
    Flow Sendfile,
    Flow Encrypted,
    double? Share,
    double? RecentShare,
    IReadOnlyDictionary<string, Flow> Fallbacks,
    IReadOnlyDictionary<string, Flow> Failures)
{
    private const string Bytes = "aeronet.sendfile.bytes";

    /// <summary>Null where the server has no zero copy.</summary>
    public static FileFigures? Of(Interval interval)
    {
        if (!interval.HasTransport)
        {
            return null;
        }

        var sendfile = interval.Flow(Bytes);
        var sent = interval.Flow(Instruments.BytesSent);
        return new(
            sendfile,
            interval.Flow(Bytes, "aeronet.ktls", "true"),
            sent.Total > 0 ? Math.Min(1, (double)sendfile.Total / sent.Total) : null,
            sent.PerSecond > 0 ? Math.Min(1, sendfile.PerSecond!.Value / sent.PerSecond.Value) : null,
            interval.FlowBy("aeronet.sendfile.fallbacks", Instruments.FallbackReason),
            interval.FlowBy("aeronet.sendfile.failures", "aeronet.failure.reason"));
    }
}
