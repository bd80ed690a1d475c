using System.Net;
using Soak.Loads;
using Soak.Reporting;
using Soak.Sampling;

namespace Soak;

/// <summary>All loads at once on one server, as long as it is to take; then what came of it.</summary>
internal static class Soaking
{
    private static readonly TimeSpan s_forever = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(SoakArguments arguments)
    {
        var work = Directory.CreateTempSubdirectory("aeronet-soak-").FullName;
        Directory.CreateDirectory(arguments.Output);
        try
        {
            var site = Site.Create(work);
            await using var server = await ServerProcess.StartAsync(work, Path.Combine(arguments.Output, "server.log"));
            var log = await LoadAsync(server, site, TimeSpan.FromMinutes(arguments.Minutes));
            var stopped = await server.StopAsync();
            var verdict = Verdict.Of(log, server.Errors, stopped);
            Report.Write(arguments.Output, log, verdict);
            foreach (var line in verdict.Lines)
                Console.WriteLine(line);

            return verdict.IsGood ? 0 : 1;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task<SoakLog> LoadAsync(ServerProcess server, Site site, TimeSpan length)
    {
        ILoad[] loads = [.. Loads(server, site)];
        var meters = loads.ToDictionary(load => load.Name, _ => new LoadMeter());
        using var client = new HttpClient { BaseAddress = server.Http };
        var sampler = new Sampler(server, client, meters);
        foreach (var load in loads)
            await load.RunAsync(CancellationToken.None);

        await sampler.BeginAsync();
        using var end = new CancellationTokenSource(length);
        var running = loads.SelectMany(load => Enumerable.Range(0, load.Clients).Select(_ => RepeatAsync(load, meters[load.Name], end.Token))).ToArray();
        var samples = await sampler.RunAsync(length, end.Token);
        await Task.WhenAll(running);
        foreach (var load in loads)
            await load.DisposeAsync();

        return await sampler.EndAsync(samples);
    }

    // Not as much as it can: what is to be seen is whether it stays the same.
    private static IEnumerable<ILoad> Loads(ServerProcess server, Site site)
    {
        var (http, https) = (server.Http, server.Https);
        var files = new Uri(https, $"/files/{Site.Large}");
        yield return new HttpLoad("plain", 4, Milliseconds(20), HttpVersion.Version11, s_forever, (client, cancellation) => HttpLoad.ExpectAsync(client, new Uri(http, "/plain"), "plain", cancellation));
        yield return new HttpLoad("TLS, kept", 4, Milliseconds(20), HttpVersion.Version11, s_forever, (client, cancellation) => HttpLoad.ExpectAsync(client, new Uri(https, "/plain"), "plain", cancellation));
        yield return new HttpLoad("TLS, new connections", 2, Milliseconds(100), HttpVersion.Version11, TimeSpan.Zero, (client, cancellation) => HttpLoad.ExpectAsync(client, new Uri(https, "/plain"), "plain", cancellation));
        yield return new HttpLoad("HTTP/2", 8, Milliseconds(20), HttpVersion.Version20, s_short, (client, cancellation) => HttpLoad.ExpectAsync(client, new Uri(https, "/plain"), "plain", cancellation));
        yield return new HttpLoad("small files", 2, Milliseconds(20), HttpVersion.Version11, s_short, (client, cancellation) => HttpLoad.FileAsync(client, new Uri(http, $"/files/{Site.Small}"), Site.SmallLength, cancellation));
        yield return new HttpLoad("large files", 1, Milliseconds(500), HttpVersion.Version11, s_short, (client, cancellation) => HttpLoad.FileAsync(client, files, Site.LargeLength, cancellation));
        yield return new HttpLoad("large files, HTTP/2", 1, Milliseconds(500), HttpVersion.Version20, s_short, (client, cancellation) => HttpLoad.FileAsync(client, files, Site.LargeLength, cancellation));
        yield return new HttpLoad("directory lists", 1, Milliseconds(100), HttpVersion.Version11, s_short, async (client, cancellation) => await client.GetStringAsync(new Uri(https, "/files/"), cancellation));
        yield return new HttpLoad("ranges", 2, Milliseconds(50), HttpVersion.Version11, s_short, (client, cancellation) => HttpLoad.RangesAsync(client, files, cancellation));
        yield return new HttpLoad("uploads", 2, Milliseconds(100), HttpVersion.Version11, s_short, (client, cancellation) => HttpLoad.UploadAsync(client, new Uri(https, "/upload"), cancellation));
        yield return new HttpLoad("uploads, HTTP/2", 2, Milliseconds(100), HttpVersion.Version20, s_short, (client, cancellation) => HttpLoad.UploadAsync(client, new Uri(https, "/upload"), cancellation));
        yield return new WebSocketLoad(new UriBuilder(https) { Scheme = "wss", Path = "/echo" }.Uri, 2, Milliseconds(100));
        yield return new AbortLoad(http, https, 2, Milliseconds(50));
        yield return new CertificateLoad(site, https, TimeSpan.FromSeconds(10));
        yield return new TicketLoad(site, TimeSpan.FromSeconds(5));
    }

    private static async Task RepeatAsync(ILoad load, LoadMeter meter, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var begin = TimeProvider.System.GetTimestamp();
            try
            {
                // Begun, it is done to its end.
                await load.RunAsync(CancellationToken.None);
                meter.Add(TimeProvider.System.GetElapsedTime(begin));
            }
            catch (Exception e)
            {
meter.Fail(load.Name, e);
            }

            await Task.Delay(load.Rest, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
