using ScottPlot;
using Soak.Sampling;

namespace Soak.Reporting;

/// <summary>Pictures of a log, as SVG.</summary>
internal static class Charts
{
    private const int Width = 900;
    private const int Height = 320;

    public static void Write(string folder, SoakLog log)
    {
        Draw("memory", "Memory of the server", "MiB",
            ("resident", sample => sample.Resident / (double)(1 << 20)),
            ("managed heap", sample => sample.State.Heap / (double)(1 << 20)));
        Draw("handles", "Descriptors and threads of the server", "",
            ("descriptors", sample => sample.Handles),
            ("threads", sample => sample.Threads));
        Draw("collections", "Garbage collections so far", "", 
            ("generation 0", sample => sample.State.Young),
            ("generation 1", sample => sample.State.Middle),
            ("generation 2", sample => sample.State.Full));
        string[] shown = ["plain", "TLS, kept", "TLS, new connections", "HTTP/2", "small files", "ranges"];
        Draw("latency", "What 99 of 100 requests took at most", "ms",
            [.. shown.Select<string, (string, Func<Sample, double>)>(name =>
            {
                var index = log.Loads.ToList().IndexOf(name);
                return (name, sample => sample.Loads[index].Percentile99.TotalMilliseconds);
            })]);

        void Draw(string file, string title, string unit, params (string Name, Func<Sample, double> Value)[] lines)
        {
            using var plot = new Plot();
            double[] minutes = [.. log.Samples.Select(sample => sample.At.TotalMinutes)];
            foreach (var (name, value) in lines)
            {
                var line = plot.Add.ScatterLine(minutes, [.. log.Samples.Select(value)]);
                line.LegendText = name;
                line.LineWidth = 2;
            }

            plot.Title(title);
            plot.XLabel("minutes");
            plot.YLabel(unit);
            plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top * 1.05);
            plot.ShowLegend(Edge.Right);
            plot.SaveSvg(Path.Combine(folder, $"soak-{file}.svg"), Width, Height);
        }
    }
}
