using System.Globalization;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files.Watching;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Native;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Changes;

/// <summary>The watcher where the kernel is short of something, or late.</summary>
public sealed class DirectoryWatcherTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("aeronet-watch-");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricTotals _totals;
    private readonly CapturedLogs _logs = new();
    private readonly ScriptedEvents _events = new();

    public DirectoryWatcherTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux.");
        _totals = new MetricTotals(_services);
        foreach (var name in (string[])["a/b", "c"])
        {
            Directory.CreateDirectory(Path.Combine(_root.FullName, name));
        }
    }

    // The watches of the root's own path come first, then the root's.
    private int RootWatch => _root.FullName.Count(c => c == '/') + 1;

    [Fact]
    public void Watch_Directories_EachOnceWithThoseAbove()
    {
        using var watcher = CreateWatcher();
        var b = Watch(watcher, "a/b");
        Assert.Same(b, Watch(watcher, "a/b"));
        Assert.Same(b!.Parent, Watch(watcher, "a"));
        Assert.Same(b.Parent!.Parent, Watch(watcher, ""));

        // What was found there has gone: not to be kept by age.
        Assert.Equal(long.MaxValue, Watch(watcher, "missing")!.ChangedAt);

        Assert.Equal(RootWatch + 2, _events.Watches);
        Assert.Equal(_events.Watches, _totals.Total("aeronet.files.watched"));
    }

    [Theory]
    [InlineData(Errno.ENOSPC, "watches", "max_user_watches")]
    [InlineData(Errno.ENOMEM, "watches", "max_user_watches")]
    [InlineData(Errno.EPERM, "unsupported", "errno 1")]
    public void Watch_KernelRefuses_NullCountedAndLoggedOnce(int errno, string reason, string message)
    {
        using var watcher = CreateWatcher();
        var root = Watch(watcher, "");
        Assert.NotNull(root);
        _events.NextWatch = () => -errno;

        Assert.Null(Watch(watcher, "a"));
        Assert.Null(Watch(watcher, "a/b"));

        // Not asked again for every request; what is watched stays so.
        Assert.Equal(1, _totals.Total("aeronet.files.watch_failures", ("aeronet.failure.reason", reason)));
        Assert.Same(root, Watch(watcher, ""));
        Assert.Contains(message, Assert.Single(_logs.From("", LogLevel.Warning)).Message, StringComparison.Ordinal);
    }

    // One that may be searched and not read says nothing about the others.
    [Fact]
    public void Watch_DirectoryNotReadable_OthersAreWatched()
    {
        using var watcher = CreateWatcher();
        Watch(watcher, "");
        _events.NextWatch = () => -Errno.EACCES;
        Assert.Null(Watch(watcher, "a"));
        _events.NextWatch = null;

        Assert.NotNull(Watch(watcher, "c"));
        Assert.Equal(1, _totals.Total("aeronet.files.watch_failures", ("aeronet.failure.reason", "denied")));
        Assert.Empty(_logs.From("", LogLevel.Warning));
    }

    [Fact]
    public void Watch_NoInstanceLeft_NullCountedAndLoggedOnce()
    {
        using var watcher = CreateWatcher((out IDirectoryEvents? events) =>
        {
            events = null;
            return -Errno.EMFILE;
        });

        Assert.Null(Watch(watcher, "a"));
        Assert.Null(Watch(watcher, "a"));

        Assert.Equal(1, _totals.Total("aeronet.files.watch_failures", ("aeronet.failure.reason", "instances")));
        Assert.Contains("max_user_instances", Assert.Single(_logs.From("", LogLevel.Warning)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_BoundReached_NullUntilTrimmed()
    {
        using var watcher = CreateWatcher(maxDirectories: RootWatch + 1);
        var a = Watch(watcher, "a");
        a!.AddUser();
        Assert.Null(Watch(watcher, "c"));
        watcher.Trim();
        Assert.Null(Watch(watcher, "c"));
        a.RemoveUser();
        watcher.Trim();

        Assert.NotNull(Watch(watcher, "c"));
        Assert.Equal(long.MaxValue, a.ChangedAt);
        Assert.Equal(2, _totals.Total("aeronet.files.watch_failures", ("aeronet.failure.reason", "bound")));
        Assert.Single(_logs.From("", LogLevel.Warning));
    }

    [Fact]
    public async Task Overflow_EventsLost_EverythingCountsAsChanged()
    {
        using var watcher = CreateWatcher();
        var b = Watch(watcher, "a/b");
        var c = Watch(watcher, "c");
        _events.Send(-1, InotifyEvent.IN_Q_OVERFLOW);

        await Eventually.HoldsAsync(() => b!.ChangedAt == long.MaxValue && c!.ChangedAt == long.MaxValue, "the directories to be dropped");
        Assert.Equal(RootWatch + 3, _events.Ended.Count);
        Assert.NotSame(b, Watch(watcher, "a/b"));
        Assert.Equal(1, _totals.Total("aeronet.files.watch_overflows"));
    }

    // The kernel drops what does not fit in its queue, the swap of a directory for one.
    [Fact]
    public async Task Overflow_OfTheKernelsQueue_EverythingCountsAsChanged()
    {
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"), CultureInfo.InvariantCulture);
        Assert.SkipWhen(limit > 50_000, $"The kernel's queue holds {limit} events.");
        var events = GatedEvents.Create();
        using var watcher = CreateWatcher(Creating(events));
        var b = Watch(watcher, "a/b");
        var c = Watch(watcher, "c");
        events.Close();
        for (var i = 0; i <= limit; i++)
        {
            var path = Path.Combine(_root.FullName, "c", $"{i}");
            File.Create(path).Dispose();
            File.Delete(path);
        }

        Directory.Move(Path.Combine(_root.FullName, "a"), Path.Combine(_root.FullName, "gone"));
        events.Open();

        await Eventually.HoldsAsync(() => b!.ChangedAt == long.MaxValue && c!.ChangedAt == long.MaxValue, "the directories to be dropped");
        await Eventually.HoldsAsync(() => _totals.Total("aeronet.files.watch_overflows") == 1, "the overflow to be counted");
        Assert.Equal(long.MaxValue, Watch(watcher, "a/b")!.ChangedAt);
        Assert.NotEqual(long.MaxValue, Watch(watcher, "gone/b")!.ChangedAt);
    }

    [Fact]
    public void Dispose_OfTheKernelsEvents_ThreadEndedAndDescriptorClosed()
    {
        var events = GatedEvents.Create();
        var watcher = CreateWatcher(Creating(events));
        Assert.NotNull(Watch(watcher, "a/b"));

        // Returns: the thread that waits in read(2) was woken.
        watcher.Dispose();

        Assert.True(events.IsDisposed);
        using var handle = File.OpenHandle(Path.Combine(_root.FullName, "file"), FileMode.CreateNew, FileAccess.Write);
        Assert.Throws<ObjectDisposedException>(() => events.Watch(handle));
    }

    // A number that the kernel gives again while the end of its first watch is still to be read.
    [Fact]
    public async Task Events_NumberUsedAgain_EndOfTheFirstIsNotTakenForTheSecond()
    {
        using var watcher = CreateWatcher();
        Watch(watcher, "a");
        var a = RootWatch + 1;
        _events.Send(RootWatch, InotifyEvent.IN_MOVED_FROM, "a");
        await Eventually.HoldsAsync(() => _events.Ended.Contains(a), "the watch to be ended");
        _events.NextWatch = () => a;
        var c = Watch(watcher, "c");

        _events.Send(a, InotifyEvent.IN_IGNORED);
        var before = watcher.Now;
        _events.Send(a, InotifyEvent.IN_CREATE, "file");
        await Eventually.HoldsAsync(() => c!.ChangedAt > before, "the second watch to be heard");
        Assert.NotEqual(long.MaxValue, c!.ChangedAt);

        _events.Send(a, InotifyEvent.IN_IGNORED);
        await Eventually.HoldsAsync(() => c.ChangedAt == long.MaxValue, "the second watch to end");
        Assert.Single(_events.Ended);
    }

    [Fact]
    public async Task Read_Fails_EverythingCountsAsChanged()
    {
        using var watcher = CreateWatcher();
        var a = Watch(watcher, "a");
        _events.Break();

        await Eventually.HoldsAsync(() => a!.ChangedAt == long.MaxValue && _events.IsDisposed, "the directories to be dropped");
        Assert.Null(Watch(watcher, "a"));
        Assert.Single(_logs.From("", LogLevel.Warning));
    }

    [Fact]
    public void Dispose_Watching_ThreadHasEnded()
    {
        var watcher = CreateWatcher();
        Watch(watcher, "a/b");
        watcher.Dispose();

        Assert.True(_events.IsDisposed);
        Assert.Null(Watch(watcher, "a"));
        Assert.Equal(0, _totals.Total("aeronet.files.watched"));
    }

    public void Dispose()
    {
        _totals?.Dispose();
        _services.Dispose();
        _logs.Dispose();
        _events.Dispose();
        _root.Delete(recursive: true);
    }

    private static WatchedDirectory? Watch(DirectoryWatcher watcher, string path) => watcher.Watch(Encoding.UTF8.GetBytes(path));

    private DirectoryWatcher CreateWatcher(DirectoryWatcher.CreateEvents? create = null, int maxDirectories = DirectoryWatcher.MaxDirectories)
        => new(
            LinuxFileRoot.TryOpen(_root.FullName, SymlinkPolicy.InsideRoot)!,
            _logs.CreateLogger("watch"),
            new WatchMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            create ?? Creating(_events),
            maxDirectories);

    private static DirectoryWatcher.CreateEvents Creating(IDirectoryEvents made) => (out IDirectoryEvents? events) =>
    {
        events = made;
        return 0;
    };
}
