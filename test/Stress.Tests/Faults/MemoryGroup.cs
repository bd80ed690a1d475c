using System.Globalization;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Faults;

/// <summary>A control group with a limit of memory, of version 1 or 2 (cgroups(7)), for a process of a test.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string _path;
    private readonly bool _isUnified;

    internal MemoryGroup(long limit)
    {
        const string Root = "/sys/fs/cgroup";
        _isUnified = File.Exists($"{Root}/cgroup.controllers");
        _path = $"{Root}/{(_isUnified ? "" : "memory/")}aeronet-{Guid.NewGuid():N}";
        try
        {
            if (_isUnified)
                File.WriteAllText($"{Root}/cgroup.subtree_control", "+memory");

            Directory.CreateDirectory(_path);
            Write(_isUnified ? "memory.max" : "memory.limit_in_bytes", limit);
            Limit = Read(_isUnified ? "memory.max" : "memory.limit_in_bytes");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Dispose();
            Assert.Skip($"a control group with a limit of memory cannot be made: {failure.Message}");
        }

        // Where there is swap, the limit would only make it slow.
        if (File.Exists(PathOf("memory.swap.max")))
            Write("memory.swap.max", 0);
    }

    internal long Limit { get; }

    /// <summary>What a process is started under; see <see cref="ChildProcess.StartUnder"/>.</summary>
    internal string Condition => $"echo $$ > {PathOf("cgroup.procs")}";

    /// <summary>The most that it had at once; what it has now where the kernel does not say (version 2 before Linux 5.19).</summary>
    internal long Peak => Read(!_isUnified ? "memory.max_usage_in_bytes" : File.Exists(PathOf("memory.peak")) ? "memory.peak" : "memory.current");

    /// <summary>How often something was wanted when the limit had been reached: the kernel then takes back what can be read again.</summary>
    internal long TimesReached => _isUnified ? Field("memory.events", "max") : Read("memory.failcnt");

    /// <summary>How often a process was killed for it.</summary>
    internal long Kills => Field(_isUnified ? "memory.events" : "memory.oom_control", "oom_kill");

    internal bool Has(int process) => File.ReadLines(PathOf("cgroup.procs")).Contains(process.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        // Only a folder without processes goes, and a killed one leaves a moment later.
        for (var tries = 0; Directory.Exists(_path) && tries < 100; tries++)
        {
            try
            {
                Directory.Delete(_path);
            }
            catch (IOException)
            {
                Thread.Sleep(50);
            }
        }
    }

    private string PathOf(string name) => Path.Combine(_path, name);

    private void Write(string name, long value) => File.WriteAllText(PathOf(name), value.ToString(CultureInfo.InvariantCulture));

    private long Read(string name) => long.Parse(File.ReadAllText(PathOf(name)), CultureInfo.InvariantCulture);

    private long Field(string name, string field) => File.ReadLines(PathOf(name)).Select(line => line.Split(' '))
        .Where(parts => parts[0] == field).Select(parts => long.Parse(parts[1], CultureInfo.InvariantCulture)).Single();
}
