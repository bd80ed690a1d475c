using System.Globalization;
using System.Net;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>A <see cref="PriceServerRole"/> under strace, for all tests of a class.</summary>
public sealed class PriceServer : IAsyncLifetime
{
    private readonly PatternFile _file = PatternFile.Create(65_536, "64k.bin");
    private ChildProcess? _process;
    private string? _reason;
    private int _marks;

    internal IPEndPoint Http { get; private set; } = new(IPAddress.None, 0);

    internal IPEndPoint Https { get; private set; } = new(IPAddress.None, 0);

    /// <summary>Where connections begin with a PROXY protocol header.</summary>
    internal IPEndPoint Proxied { get; private set; } = new(IPAddress.None, 0);

    private string Log => Path.Combine(_file.Folder, "strace.log");

    public async ValueTask InitializeAsync()
    {
        if (ExternalTool.Find("strace") is not { } strace)
        {
            _reason = "strace is not installed";
            return;
        }

        // The compiler that compiles again and the collector would come at times of their own.
        _process = ChildProcess.Start(ChildRoles.PriceServer, [_file.Folder], [
            strace.FullPath, "-f", "-qq", "-s", "64", "-e", "signal=none", "-o", Log,
            "-E", "DOTNET_TieredCompilation=0", "-E", "DOTNET_gcServer=0", "-E", "DOTNET_GCgen0size=10000000",
        ]);
        if (await _process.TryReadLineAsync("the server to start") is { } addresses)
        {
            (Http, Https, Proxied) = addresses.Split(' ') is [var http, var https, var proxied]
                ? (IPEndPoint.Parse(http), IPEndPoint.Parse(https), IPEndPoint.Parse(proxied))
                : throw new InvalidDataException(addresses);
            return;
        }

        var (code, errors) = await _process.EndAsync();
        _reason = $"strace cannot trace here (exit code {code}): {errors.ReplaceLineEndings(" ")}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();

        _file.Dispose();
    }

    /// <summary>What the server pays for each of a number of units, once it has had as many to warm up. Skips the test where nothing can be traced.</summary>
    internal async Task<PricePaid> MeasureAsync(int units, Func<Task> unit)
    {
        Assert.SkipWhen(_reason is not null, _reason ?? "");
        await RepeatAsync(units, unit);
        var before = await MarkAsync();
        await RepeatAsync(units, unit);
        var after = await MarkAsync();
        return new PricePaid(CallLog.CountAfter(Log, _marks - 1), after - before, units);
    }

    private static async Task RepeatAsync(int units, Func<Task> unit)
    {
        for (var i = 0; i < units; i++)
            await unit();

        // What the last connection's end still owes, and the sleep of the pool's threads.
        await Task.Delay(TimeSpan.FromMilliseconds(300));
    }

    private async Task<long> MarkAsync()
    {
        await _process!.WriteLineAsync("");
        _marks++;
        var answer = (await _process.ReadLineAsync("a mark")).Split(' ');
        return long.Parse(answer[2], CultureInfo.InvariantCulture);
    }
}
