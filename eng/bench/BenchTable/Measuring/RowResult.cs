namespace BenchTable.Measuring;

/// <summary>What came of a row.</summary>
/// <param name="Figures">By column, in the order of the rounds; empty where a server has no such way.</param>
/// <param name="WhyNot">Why the row could not be measured; null when it was.</param>
internal sealed record RowResult(Row Row, IReadOnlyList<Figure>[] Figures, string? WhyNot = null)
{
    public const int Aeronet = 0;

    public bool Has(int column) => WhyNot is null && Figures[column].Count > 0;

    public Spread Cpu(int column) => Spread.Of(Figures[column].Select(figure => figure.Microseconds));

    public Spread Rate(int column) => Spread.Of(Figures[column].Select(figure => figure.Rate));

    /// <summary>Aeronet's processor time by that of another server, round by round: what else the machine did in a round slows both.</summary>
    public Spread CpuBy(int column) => Spread.Of(Figures[Aeronet].Zip(Figures[column], (own, other) => own.Microseconds / other.Microseconds));

    /// <summary>The same of rates.</summary>
    public Spread RateBy(int column) => Spread.Of(Figures[Aeronet].Zip(Figures[column], (own, other) => own.Rate / other.Rate));
}
