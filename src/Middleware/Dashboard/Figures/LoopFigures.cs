namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>One event loop.</summary>
/// <param name="Loop">Its number.</param>
/// <param name="Busy">The share of its time that it did not wait for events.</param>
/// <param name="HandOffs">Times it was taken from a thread that the application blocked.</param>
internal sealed record LoopFigures(int Loop, double Busy, Flow HandOffs)
{
    private const string Number = "aeronet.loop";

    /// <summary>By number; null where the server has no loops.</summary>
    public static IReadOnlyList<LoopFigures>? Of(Interval interval)
    {
        if (!interval.HasTransport)
        {
            return null;
        }

        return
        [
            .. interval.Now.SumBy(Instruments.LoopBusyRatio, Number)
                .Select(loop => new LoopFigures(
                    int.Parse(loop.Key, System.Globalization.CultureInfo.InvariantCulture),
                    loop.Value,
                    interval.Flow("aeronet.loop.handoffs", Number, loop.Key)))
                .OrderBy(static loop => loop.Loop),
        ];
    }
}
