using BenchTable.Servers;

namespace BenchTable.Measuring;

/// <summary>Measures rows: round by round, in each of which every server has its turn.</summary>
internal sealed class Measurement(BenchArguments arguments, ServerFleet fleet)
{
    private const double Mebibyte = 1 << 20;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);

    public async Task<RowResult> MeasureAsync(Row row)
    {
        var figures = Enumerable.Range(0, Row.Columns).Select(_ => new List<Figure>()).ToArray();
        var columns = Enumerable.Range(0, Row.Columns).Where(column => row.Servers[column] is not null).ToList();
        var servers = new Server[Row.Columns];
        long length = 0;
        foreach (var column in columns)
        {
            try
            {
                servers[column] = await fleet.GetAsync(row.Servers[column]!.Value).ConfigureAwait(false);
            }
            catch (BenchException e) when (row.Servers[column] == ServerKind.AeronetKernelTls)
            {
                // Where the kernel cannot, nginx would silently do without.
                return new RowResult(row, figures, e.Message);
            }

            var url = servers[column].Url(row.IsTls, row.Path);
            length = await Answer.CheckAsync(url, row.Load.IsHttp2, arguments.Work).ConfigureAwait(false);

            // Code that runs often is compiled anew in the background.
            await row.Load.RunAsync(url, s_warmUp).ConfigureAwait(false);
        }

        for (var round = 0; round < arguments.Rounds; round++)
        {
            // Nobody is always the one who comes after the same other.
            for (var turn = 0; turn < columns.Count; turn++)
            {
                var column = columns[(round + turn) % columns.Count];
                figures[column].Add(await MeasureAsync(row, servers[column], length).ConfigureAwait(false));
            }
        }

        return new RowResult(row, figures);
    }

    private async Task<Figure> MeasureAsync(Row row, Server server, long length)
    {
        var url = server.Url(row.IsTls, row.Path);
        var before = server.Cpu;
        var counts = await row.Load.RunAsync(url, TimeSpan.FromSeconds(arguments.Seconds * row.Times)).ConfigureAwait(false);
        var spent = server.Cpu - before;
        if (counts.Bytes is { } bytes && (bytes < counts.Requests * length))
        {
            throw new BenchException($"{counts.Requests} answers of {url} had {bytes} bytes, and each must have {length}");
        }

        var units = row.Unit == WorkUnit.Mebibyte ? counts.Bytes!.Value / Mebibyte : counts.Requests;
        return units > 0 ? new Figure(spent.TotalMicroseconds / units, units / counts.Time.TotalSeconds) : throw new BenchException($"{url} answered nothing in {arguments.Seconds * row.Times} s");
    }
}
