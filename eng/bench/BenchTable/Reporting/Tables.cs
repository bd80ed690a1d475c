using System.Globalization;
using System.Text;
using BenchTable.Measuring;

namespace BenchTable.Reporting;

/// <summary>Results as Markdown.</summary>
internal static class Tables
{
    private static readonly string[] s_columns = ["Aeronet", "Kestrel", "nginx"];

    public static string Write(IReadOnlyList<RowResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine("Processor time of the server for each unit in microseconds, median (least to most); ratios are medians of those within a round:").AppendLine();
        text.AppendLine("| | unit | Aeronet | Kestrel | nginx | to Kestrel | to nginx |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var result in results)
        {
            AppendRow(text, result, result.Cpu, result.CpuBy);
        }

        text.AppendLine().AppendLine("Units in a second, where load and server share the machine:").AppendLine();
        text.AppendLine("| | unit | Aeronet | Kestrel | nginx | to Kestrel | to nginx |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var result in results.Where(result => result.WhyNot is null))
        {
            AppendRow(text, result, result.Rate, result.RateBy);
        }

        return text.ToString();
    }

    /// <summary>A row in short, for who waits.</summary>
    public static string Line(RowResult result) => result.WhyNot is { } reason
        ? $"{result.Row.Title}: not measured, {reason}"
        : $"{result.Row.Title}: " + string.Join(", ", Enumerable.Range(0, Row.Columns).Where(result.Has).Select(column =>
            $"{s_columns[column]} {Number(result.Cpu(column).Median)} us a {Unit(result.Row.Unit)}, {Number(result.Rate(column).Median)}/s"));

    private static void AppendRow(StringBuilder text, RowResult result, Func<int, Spread> value, Func<int, Spread> ratio)
    {
        text.Append(CultureInfo.InvariantCulture, $"| {result.Row.Title} | {Unit(result.Row.Unit)} |");
        if (result.WhyNot is { } reason)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $" not measured: {reason.Replace("|", "\\|", StringComparison.Ordinal)} | | | | |");
            return;
        }

        for (var column = 0; column < Row.Columns; column++)
        {
            text.Append(result.Has(column) ? $" {Show(value(column))} |" : " – |");
        }

        for (var column = 1; column < Row.Columns; column++)
        {
            text.Append(result.Has(column) ? string.Create(CultureInfo.InvariantCulture, $" {ratio(column).Median:0.00} |") : " – |");
        }

        text.AppendLine();
    }

    private static string Unit(WorkUnit unit) => unit switch
    {
        WorkUnit.Request => "request",
        WorkUnit.Connection => "connection",
        _ => "MiB",
    };

    private static string Show(Spread spread) => $"{Number(spread.Median)} ({Number(spread.Least)} to {Number(spread.Most)})";

    // Three digits of it, which is more than the spread of most allows.
    private static string Number(double value) => value.ToString(value < 10 ? "0.00" : value < 100 ? "0.0" : "#,##0", CultureInfo.InvariantCulture);
}
