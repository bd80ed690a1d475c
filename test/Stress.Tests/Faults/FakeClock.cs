using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>
/// The wall clock of a process that a test sets (libfaketime). The monotonic one goes on as it does where a machine's clock is set.
/// </summary>
internal sealed class FakeClock : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"aeronet-clock-{Guid.NewGuid():N}");

    internal FakeClock()
    {
        if (Directory.Exists("/usr/lib"))
            Library = Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 }).FirstOrDefault() ?? "";

        Assert.SkipWhen(Library.Length == 0, "libfaketime is not installed (Debian: faketime)");
        Set(TimeSpan.Zero);
    }

    private string Library { get; } = "";

    /// <summary>What a process is started under; see <see cref="ChildProcess.StartUnder"/>.</summary>
    internal string Condition =>
        $"export LD_PRELOAD={Library} FAKETIME_TIMESTAMP_FILE={_path} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1";

    /// <summary>Sets it so far from the real one.</summary>
    internal void Set(TimeSpan ahead)
    {
        // It is read at any moment, and never half written.
        File.WriteAllText(_path + ".new", FormattableString.Invariant($"{(ahead < TimeSpan.Zero ? "-" : "+")}{Math.Abs(ahead.TotalSeconds):0}\n"));
        File.Move(_path + ".new", _path, overwrite: true);
    }

    public void Dispose() => File.Delete(_path);
}
