using BenchTable.Measuring;
using ScottPlot;

namespace BenchTable.Reporting;

/// <summary>Pictures of ratios, as SVG.</summary>
internal static class Charts
{
    private const string Cpu = "benchmarks-cpu.svg";
    private const string Rate = "benchmarks-rate.svg";
    private const int Width = 900;
    private const int RowHeight = 34;

    private static readonly string[] s_names = ["", "by Kestrel's", "by nginx's"];
    private static readonly string[] s_colors = ["", "#1f77b4", "#2ca02c"];

    /// <summary>Puts the pictures into a folder, and returns how a page in the folder above shows them.</summary>
    public static string Write(string folder, IReadOnlyList<RowResult> results)
    {
        Draw(Cpu, "Processor time of Aeronet for each unit, by that of the others: shorter is better", result => result.CpuBy);
        Draw(Rate, "Units in a second of Aeronet, by those of the others: longer is better", result => result.RateBy);
        return $"""
            ![Processor time of Aeronet by that of Kestrel and of nginx, row by row](images/{Cpu})

            ![Rate of Aeronet by that of Kestrel and of nginx, row by row](images/{Rate})

            Bars are medians, lines from the least to the most of the rounds.

            """;

        void Draw(string file, string title, Func<RowResult, Func<int, Spread>> ratio)
        {
            var shown = results.Where(result => Enumerable.Range(1, Row.Columns - 1).Any(result.Has)).Reverse().ToList();
            if (shown.Count == 0)
            {
                return;
            }

            using var plot = new Plot();
            for (var column = 1; column < Row.Columns; column++)
            {
                List<Bar> bars = [];
                List<(Spread Spread, double Position)> spreads = [];
                for (var i = 0; i < shown.Count; i++)
                {
                    if (shown[i].Has(column))
                    {
                        var spread = ratio(shown[i])(column);
                        var position = i + (column == 1 ? 0.2 : -0.2);
                        spreads.Add((spread, position));
                        bars.Add(new Bar
                        {
                            Position = position,
                            Value = spread.Median,
                            Size = 0.36,
                            LineWidth = 0,
                            FillColor = Color.FromHex(s_colors[column]),
                        });
                    }
                }

                var drawn = plot.Add.Bars(bars);
                drawn.Horizontal = true;
                drawn.LegendText = s_names[column];
                foreach (var (spread, position) in spreads)
                {
                    plot.Add.Line(spread.Least, position, spread.Most, position).Color = Colors.Black;
                }
            }

            plot.Add.VerticalLine(1, 1, Colors.Black);
            plot.Axes.Left.SetTicks([.. Enumerable.Range(0, shown.Count).Select(i => (double)i)], [.. shown.Select(result => result.Row.Title)]);
            plot.Axes.Left.MajorTickStyle.Length = 0;
            plot.Axes.SetLimitsY(-0.6, shown.Count - 0.4);
            plot.Axes.SetLimitsX(0, Math.Max(1.2, shown.SelectMany(result => Enumerable.Range(1, Row.Columns - 1).Where(result.Has).Select(column => ratio(result)(column).Most)).Max() * 1.05));
            plot.Title(title, 15);
            plot.ShowLegend(Edge.Bottom);
            plot.SaveSvg(Path.Combine(folder, file), Width, 130 + (RowHeight * shown.Count));
        }
    }
}
