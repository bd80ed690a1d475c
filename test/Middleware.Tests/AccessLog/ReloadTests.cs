using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class ReloadTests : IDisposable
{
    private const string Category = "Aeronet.AspNetCore.Middleware.AccessLog";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-log-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Reload_FormatRedactionProxies_TakenOver()
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(ServerKind.Aeronet, sink, null, ("Format", "{remote} {query}"));
        using (await site.GetAsync("/?token=a&mine=b", headers: ["X-Client: 192.0.2.1"]))
            Assert.Equal("127.0.0.1 ?token=[redacted]&mine=b", await sink.LineAsync());

        Reload(
            site, ("Format", "{query} {remote}"), ("RedactQuery", "mine"), ("KnownProxies", "127.0.0.1"), ("ForwardedHeader", "X-Client"));

        using (await site.GetAsync("/?token=a&mine=b", headers: ["X-Client: 192.0.2.1"]))
            Assert.Equal("?token=a&mine=[redacted] 192.0.2.1", await sink.LineAsync(1));
    }

    [Fact]
    public async Task Reload_Wrong_OldGoesOnAndOneWarningNamesIt()
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(ServerKind.Aeronet, sink, null, ("Format", "{path}"));

        Reload(site, ("Format", "{pathh}"));
        Reload(site, ("Format", "{status}"), ("QueueSize", "many"));
        Reload(site, ("QueueSize", "8192"), ("File:Path", _folder.FullName));

        using (await site.GetAsync("/a"))
            Assert.Equal("/a", await sink.LineAsync());

        var warnings = site.Host.Logs.From(Category, LogLevel.Warning).Select(entry => entry.Message).ToList();
        Assert.Collection(
            warnings,
            line => Assert.Contains("stay in force. Aeronet:AccessLog:Format is '{pathh}': use at position 1", line, StringComparison.Ordinal),
            line => Assert.Contains("Aeronet:AccessLog:QueueSize is 'many': use a number of bytes.", line, StringComparison.Ordinal),
            line => Assert.Contains($"Aeronet:AccessLog:File:Path is '{_folder.FullName}': use a file", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reload_FileThatCannotBeOpened_OldGoesOn()
    {
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(ServerKind.Aeronet, sink, null, ("Format", "{path}"));

        // Directories of /proc take no files, from root neither.
        Reload(site, ("File:Path", "/proc/self/access.log"));

        using (await site.GetAsync("/a"))
            Assert.Equal("/a", await sink.LineAsync());

        Assert.Single(site.Host.Logs.From(Category, LogLevel.Warning));
    }

    [Fact]
    public async Task Reload_NothingChanged_NothingHappens()
    {
        await using var site = await LogSite.StartAsync(ServerKind.Aeronet, new CapturingSink(), null, ("RedactQuery", "a;b"));

        Reload(site);

        Assert.Empty(site.Host.Logs.From(Category));
    }

    [Fact]
    public async Task Reload_WhileRequestsCome_EveryLineOnceInOneFormatOrTheOther()
    {
        const int Clients = 4, Changes = 12, RequestsBetween = 20;
        var sent = new int[Clients];
        string File(int number) => Path.Combine(_folder.FullName, $"access-{number}.log");
        await using (var site = await LogSite.StartAsync(
            ServerKind.Aeronet,
            null,
            null,
            ("Format", "0 {path}"),
            ("File:Path", File(0)),
            ("File:MaxSize", "4096"),
            ("FlushInterval", "00:00:00.005")))
        {
            using var over = new CancellationTokenSource();
            var clients = Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
            {
                while (!over.IsCancellationRequested)
                    using (await site.GetAsync($"/{client}-{sent[client]}"))
                        Volatile.Write(ref sent[client], sent[client] + 1);
            })).ToArray();
            for (var i = 1; i <= Changes; i++)
            {
                var answered = sent.Sum() + RequestsBetween;
                await Eventually.HoldsAsync(() => sent.Sum() >= answered, "requests between two changes");

                // Two of three changes keep the file.
                Reload(site, ("Format", $"{i} {{path}}"), ("File:Path", File(i / 3 % 2)));
            }

            await over.CancelAsync();
            await Task.WhenAll(clients).OrTimeout("the last requests");
            Assert.DoesNotContain(site.Host.Logs.From(Category), entry => entry.Level >= LogLevel.Warning);
        }

        var lines = _folder.EnumerateFiles().SelectMany(file => System.IO.File.ReadLines(file.FullName)).ToList();
        Assert.All(lines, line => Assert.Matches(@"^\d+ /\d-\d+$", line));
        Assert.Equal(
            sent.SelectMany((count, client) => Enumerable.Range(0, count).Select(i => $"/{client}-{i}")).Order(),
            lines.Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Order());
        Assert.True(lines.Select(line => line.Split(' ')[0]).Distinct().Count() >= Changes, "every format was in use");
    }

    [Fact]
    public async Task Reload_StuckSinkAndWait_WaitingLinesGoToTheNextRun()
    {
        var stuck = new TaskCompletionSource();
        var sink = new CapturingSink { OnWrite = () => stuck.Task };
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, null, ("Format", "{path}"), ("QueueSize", "4096"), ("Overflow", "Wait"));
        var path = "/" + new string('a', 1000);
        for (var i = 0; i < 20; i++)
            Assert.Equal(200, (await site.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: a")).StatusCode);

        Reload(site, ("QueueSize", "1000000"), ("Format", "+{path}"));
        stuck.SetResult();

        await Eventually.HoldsAsync(() => sink.Lines.Count == 20, "every line to be written");
        Assert.All(sink.Lines, line => Assert.Equal(path, line));
    }

    private static void Reload(TestSite site, params (string Key, string Value)[] changes)
    {
        var configuration = (IConfigurationRoot)site.Host.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in changes)
            configuration[$"{AeronetAccessLogOptions.SectionName}:{key}"] = value;

        configuration.Reload();
    }
}
