using System.Globalization;
using System.Text;
using Aeronet.AspNetCore.Middleware.AccessLog;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class FileSinkTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-log-");

    private string LogPath => Path.Combine(_folder.FullName, "access.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Get_File_AppendedAcrossRuns()
    {
        for (var run = 0; run < 2; run++)
        {
            await using var site = await LogSite.StartAsync(
                ServerKind.Aeronet, null, null, ("Format", "{path}"), ("File:Path", LogPath), ("FlushInterval", "00:01:00"));
            using (await site.GetAsync($"/{run}"))
            {
            }
        }

        Assert.Equal("/0\n/1\n", await File.ReadAllTextAsync(LogPath));
    }

    [Fact]
    public async Task Write_MaxSize_RotatesAndKeeps()
    {
        using var sink = Create(new AeronetAccessLogFileOptions { MaxSize = 4096, Keep = 2 });
        await File.WriteAllTextAsync(LogPath + ".notes", "not ours");
        var line = new string('x', 2999) + "\n";

        for (var i = 0; i < 5; i++)
            await WriteAsync(sink, line);

        Assert.Equal(line, await File.ReadAllTextAsync(LogPath));
        var full = Full();
        Assert.Equal(2, full.Count);
        Assert.All(full, file => Assert.Equal(line, File.ReadAllText(file)));
        Assert.True(File.Exists(LogPath + ".notes"));
    }

    [Fact]
    public async Task Write_NextDay_Rotates()
    {
        var time = new SetTime { Now = DateTimeOffset.UtcNow };
        using var sink = Create(new AeronetAccessLogFileOptions { Daily = true }, time);
        await WriteAsync(sink, "a\n");
        await WriteAsync(sink, "b\n");
        Assert.Empty(Full());

        time.Now = time.Now.AddDays(1);
        await WriteAsync(sink, "c\n");

        Assert.Equal("a\nb\n", await File.ReadAllTextAsync(Assert.Single(Full())));
        Assert.Equal("c\n", await File.ReadAllTextAsync(LogPath));
        Assert.EndsWith(time.Now.ToString("yyyyMMdd'T'HHmmss'Z-000'", CultureInfo.InvariantCulture), Assert.Single(Full()));
    }

    // What something is mounted on cannot be renamed, not by root either.
    [Fact]
    public async Task Write_RotationFails_GoesOnInTheSameFileAndWarnsOnceAMinute()
    {
        var mount = ExternalTool.Require("mount");
        var umount = ExternalTool.Require("umount");
        await File.WriteAllTextAsync(LogPath, "");
        var mounted = await mount.RunAsync("--bind", LogPath, LogPath);
        Assert.SkipWhen(mounted.ExitCode != 0, $"a file cannot be mounted: {mounted.Error.Trim()}");
        try
        {
            var logs = new CapturedLogs();
            using var sink = Create(new AeronetAccessLogFileOptions { MaxSize = 4096 }, logs: logs);
            for (var i = 0; i < 4; i++)
                await WriteAsync(sink, new string('y', 4000) + "\n");

            Assert.Empty(Full());
            Assert.Equal(4 * 4001, new FileInfo(LogPath).Length);
            Assert.Single(logs.Entries, entry => entry.EventId.Name == "NotRotated");
        }
        finally
        {
            await umount.RunAsync(LogPath);
        }
    }

    // The full file has been renamed by then, and lines go to the new one. What cannot be removed keeps no other one.
    [Fact]
    public async Task Write_OldestCannotBeRemoved_NoLineLostAndTold()
    {
        var mount = ExternalTool.Require("mount");
        var umount = ExternalTool.Require("umount");
        var oldest = LogPath + ".20200101T000000Z-000";
        var second = LogPath + ".20200102T000000Z-000";
        await File.WriteAllTextAsync(oldest, "");
        await File.WriteAllTextAsync(second, "");
        var mounted = await mount.RunAsync("--bind", oldest, oldest);
        Assert.SkipWhen(mounted.ExitCode != 0, $"a file cannot be mounted: {mounted.Error.Trim()}");
        try
        {
            var logs = new CapturedLogs();
            using var sink = Create(new AeronetAccessLogFileOptions { MaxSize = 4096, Keep = 1 }, logs: logs);
            for (var i = 0; i < 3; i++)
                await WriteAsync(sink, $"{i}{new string('y', 3998)}\n");

            Assert.StartsWith("2", await File.ReadAllTextAsync(LogPath));
            Assert.StartsWith("1", await File.ReadAllTextAsync(Full()[^1]));
            Assert.Equal([oldest, Full()[^1]], Full());
            Assert.Equal("NotRemoved", Assert.Single(logs.Entries, entry => entry.Level == LogLevel.Warning).EventId.Name);
        }
        finally
        {
            await umount.RunAsync(oldest);
        }
    }

    [Fact]
    public async Task Write_NameOfFullFileIsTaken_NextNumber()
    {
        var time = new SetTime { Now = new(2026, 11, 27, 1, 2, 3, TimeSpan.Zero) };
        using var sink = Create(new AeronetAccessLogFileOptions { MaxSize = 4096 }, time);
        await File.WriteAllTextAsync(LogPath + ".20261127T010203Z-000", "another's");
        await WriteAsync(sink, new string('a', 4000) + "\n");

        await WriteAsync(sink, new string('b', 4000) + "\n");

        Assert.Equal("another's", await File.ReadAllTextAsync(LogPath + ".20261127T010203Z-000"));
        Assert.StartsWith("a", await File.ReadAllTextAsync(LogPath + ".20261127T010203Z-001"));
        Assert.StartsWith("b", await File.ReadAllTextAsync(LogPath));
    }

    [Fact]
    public async Task TryRename_NameIsTaken_BothStay()
    {
        await File.WriteAllTextAsync(LogPath, "a");
        await File.WriteAllTextAsync(LogPath + ".1", "b");

        Assert.False(LogFile.TryRename(LogPath, LogPath + ".1"));
        Assert.Equal("b", await File.ReadAllTextAsync(LogPath + ".1"));
        Assert.True(LogFile.TryRename(LogPath, LogPath + ".2"));
        Assert.Equal("a", await File.ReadAllTextAsync(LogPath + ".2"));
        Assert.Throws<IOException>(() => LogFile.TryRename(LogPath, LogPath + ".3"));
    }

    // Between the writing and the taking back of a batch that did not fit.
    [Theory]
    [InlineData(2, "ab")]
    [InlineData(100, "abcd")]
    public async Task TakeBack_FileMayBeShorter_NotFilled(long end, string expected)
    {
        await File.WriteAllTextAsync(LogPath, "abcd");
        using (var file = LogFile.Open(LogPath))
            file.TakeBack(end);

        Assert.Equal(expected, await File.ReadAllTextAsync(LogPath));
    }

    // Who has the lock may be about to rename the file.
    [Fact]
    public async Task Write_LockHeldByAnother_NotRotatedUntilItIsFree()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        var logs = new CapturedLogs();
        using var sink = Create(new AeronetAccessLogFileOptions { MaxSize = 4096 }, logs: logs);
        await WriteAsync(sink, new string('a', 4000) + "\n");
        using (var other = LogFile.Open(LogPath))
        {
            Assert.Equal(LogLock.Taken, other.TryLock());
            await WriteAsync(sink, new string('b', 4000) + "\n");
            Assert.Empty(Full());
            Assert.Equal(8002, new FileInfo(LogPath).Length);
            Assert.Contains("lock", Assert.Single(logs.Entries, entry => entry.EventId.Name == "NotRotated").Message);
        }

        await WriteAsync(sink, "c\n");

        Assert.Equal(8002, new FileInfo(Assert.Single(Full())).Length);
        Assert.Equal("c\n", await File.ReadAllTextAsync(LogPath));
    }

    // The day of a file is that of its first line.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_EmptyOverMidnight_NotRotated(bool anotherWritesFirst)
    {
        var time = new SetTime { Now = DateTimeOffset.UtcNow.AddDays(-1) };
        using var sink = Create(new AeronetAccessLogFileOptions { Daily = true }, time);
        time.Now = time.Now.AddDays(1);

        if (anotherWritesFirst)
            await File.AppendAllTextAsync(LogPath, "a\n");
        else
            await WriteAsync(sink, "a\n");

        await WriteAsync(sink, "b\n");

        Assert.Empty(Full());
        Assert.Equal("a\nb\n", await File.ReadAllTextAsync(LogPath));
    }

    // As logrotate does it, without a signal.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_RenamedByOthers_FollowsThePath(bool create)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var sink = Create(new AeronetAccessLogFileOptions());
        await WriteAsync(sink, "before\n");
        File.Move(LogPath, LogPath + ".1");
        if (create)
            File.Create(LogPath).Dispose();

        await WriteAsync(sink, "after\n");

        Assert.Equal("before\n", await File.ReadAllTextAsync(LogPath + ".1"));
        Assert.Equal("after\n", await File.ReadAllTextAsync(LogPath));
    }

    // Two sinks are as two processes: each has its own descriptor, and locks of files belong to those.
    [Theory]
    [InlineData(null)]
    [InlineData(20_000L)]
    public async Task Write_TwoOnOneFile_NoLineLostOrTornOrRotatedTwice(long? maxSize)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        const int Batches = 200;
        using var first = Create(new AeronetAccessLogFileOptions { MaxSize = maxSize });
        using var second = Create(new AeronetAccessLogFileOptions { MaxSize = maxSize });
        await Task.WhenAll(new[] { first, second }.Select((sink, who) => Task.Run(async () =>
        {
            for (var i = 0; i < Batches; i++)
                await WriteAsync(sink, string.Concat(Enumerable.Range(0, 5).Select(line => $"{who} {i} {line} {new string('x', 50)}\n")));
        })));

        var files = Full().Append(LogPath).ToArray();
        var lines = files.SelectMany(File.ReadAllLines).ToArray();
        Assert.All(lines, line => Assert.Matches("^[01] \\d+ [0-4] x{50}$", line));
        Assert.Equal(2 * Batches * 5, lines.Distinct().Count());
        Assert.Equal(2 * Batches * 5, lines.Length);
        if (maxSize is { } most)
        {
            // Every full one is full: nobody renamed what another had just begun.
            Assert.InRange(files.Length, 2, 20);
            Assert.All(Full(), file => Assert.InRange(new FileInfo(file).Length, most - 400, most));
        }
    }

    [Fact]
    public async Task Write_FileCutShort_GoesOnAtItsEnd()
    {
        using var sink = Create(new AeronetAccessLogFileOptions());
        await WriteAsync(sink, "before\n");
        await using (var file = new FileStream(LogPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(0);

        await WriteAsync(sink, "after\n");

        Assert.Equal("after\n", await File.ReadAllTextAsync(LogPath));
    }

    [Fact]
    public async Task Signal_Hangup_Reopened()
    {
        var kill = ExternalTool.Require("kill");
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet, null, null, ("Format", "{path}"), ("File:Path", LogPath), ("File:ReopenOnHangup", "true"));
        using (await site.GetAsync("/before"))
            await Eventually.HoldsAsync(() => File.ReadAllText(LogPath) == "/before\n", "the first line");

        File.Move(LogPath, LogPath + ".old");
        await kill.RunAsync("-HUP", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        await Eventually.HoldsAsync(() => File.Exists(LogPath), "the new file");
        using (await site.GetAsync("/after"))
            await Eventually.HoldsAsync(() => File.ReadAllText(LogPath) == "/after\n", "the second line");

        Assert.Equal("/before\n", await File.ReadAllTextAsync(LogPath + ".old"));
        Assert.Contains(
            site.Host.Logs.From("Aeronet.AspNetCore.Middleware.AccessLog"), entry => entry.EventId.Name == "Reopened");
    }

    [Fact]
    public async Task Get_DeviceFull_SurvivedAndCounted()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        var sink = new CapturingSink();
        await using var site = await LogSite.StartAsync(
            ServerKind.Aeronet, sink, null, ("Format", "{path}"), ("File:Path", "/dev/full"));

        using (var response = await site.GetAsync("/a"))
            Assert.Equal("served", await response.Content.ReadAsStringAsync());

        Assert.Equal("/a", await sink.LineAsync());
        await Eventually.HoldsAsync(() => site.Host.Metrics.Total("aeronet.access_log.dropped") == 1, "the drop");
        await Eventually.HoldsAsync(
            () => site.Host.Logs.From("Aeronet.AspNetCore.Middleware.AccessLog", LogLevel.Warning)
                .Any(entry => entry.Message.Contains("No space left on device")),
            "the warning");
    }

    [Fact]
    public async Task Write_DiskFullThenRoom_WholeLinesOnly()
    {
        var mount = ExternalTool.Require("mount");
        var umount = ExternalTool.Require("umount");
        var mounted = await mount.RunAsync("-t", "tmpfs", "-o", "size=64k", "tmpfs", _folder.FullName);
        Assert.SkipWhen(mounted.ExitCode != 0, $"a small file system cannot be mounted: {mounted.Error.Trim()}");
        try
        {
            using var sink = Create(new AeronetAccessLogFileOptions());
            var ballast = Path.Combine(_folder.FullName, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[40 * 1024]);
            var batch = string.Concat(Enumerable.Repeat(new string('x', 99) + "\n", 100));

            await WriteAsync(sink, batch);
            await Assert.ThrowsAsync<IOException>(async () => await WriteAsync(sink, string.Concat(Enumerable.Repeat(batch, 3))));
            Assert.Equal(batch, await File.ReadAllTextAsync(LogPath));
            File.Delete(ballast);
            await WriteAsync(sink, "last\n");

            Assert.Equal(batch + "last\n", await File.ReadAllTextAsync(LogPath));
        }
        finally
        {
            await umount.RunAsync(_folder.FullName);
        }
    }

    private static ValueTask WriteAsync(FileSink sink, string lines) =>
        sink.WriteAsync(Encoding.ASCII.GetBytes(lines), lines.Count(c => c == '\n'), CancellationToken.None);

    private FileSink Create(AeronetAccessLogFileOptions options, TimeProvider? time = null, CapturedLogs? logs = null) =>
        new(LogPath, options, time ?? TimeProvider.System, logs?.CreateLogger("log") ?? NullLogger.Instance, () => { });

    private List<string> Full() => [.. Directory.EnumerateFiles(_folder.FullName, "access.log.2*").Order()];

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
