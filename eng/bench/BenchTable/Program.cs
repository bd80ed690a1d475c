// Measures Aeronet beside stock Kestrel and nginx, all in one run.
using BenchTable;
using BenchTable.Measuring;
using BenchTable.Reporting;
using BenchTable.Servers;

try
{
    var arguments = BenchArguments.Parse(args);
    var loadBefore = Machine.LoadNow();
    using var fleet = new ServerFleet(new ServerCommands(arguments.App, arguments.Work));
    var measurement = new Measurement(arguments, fleet);
    return arguments.IsGate ? await GateAsync() : await TableAsync();

    async Task<int> TableAsync()
    {
        List<RowResult> results = [];
        foreach (var row in Rows.Requests.Concat(Rows.Files).Concat(Rows.Ways).Where(row => row.Title.Contains(arguments.Only, StringComparison.OrdinalIgnoreCase)))
        {
            results.Add(await measurement.MeasureAsync(row));
            await Console.Error.WriteLineAsync(Tables.Line(results[^1]));
        }

        if (results.Count == 0)
        {
            throw new FormatException($"no row has '{arguments.Only}' in its name");
        }

        var text = $"{await Machine.DescribeAsync(arguments, loadBefore)}{Environment.NewLine}{Environment.NewLine}{Tables.Write(results)}";
        Console.Write(text);
        if (arguments.Output is { } output)
        {
            Directory.CreateDirectory(output);
            await File.WriteAllTextAsync(Path.Combine(output, "result.md"), $"{text}{Environment.NewLine}{Charts.Write(output, results)}");
        }

        return 0;
    }

    async Task<int> GateAsync()
    {
        var failed = false;
        foreach (var (row, most) in Rows.Gate)
        {
            var result = await measurement.MeasureAsync(row);
            var ratio = result.CpuBy(1);
            var holds = ratio.Median <= most;
            failed |= !holds;
            Console.WriteLine(Tables.Line(result));
            Console.WriteLine(FormattableString.Invariant($"{(holds ? "holds" : "FAILS")}: {row.Name} takes {ratio.Median:0.00} of Kestrel's processor time ({ratio.Least:0.00} to {ratio.Most:0.00}); it may take {most:0.00}"));
        }

        return failed ? 1 : 0;
    }
}
catch (Exception failure) when (failure is BenchException or FormatException)
{
    await Console.Error.WriteLineAsync($"BenchTable: {failure.Message}. {(failure is FormatException ? $"Usage: {BenchArguments.Usage}" : "")}");
    return 2;
}
