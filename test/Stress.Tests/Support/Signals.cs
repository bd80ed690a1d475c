using System.Diagnostics;
using System.Globalization;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>Signals to processes that a test has started (signal(7)).</summary>
internal static class Signals
{
    /// <param name="process">Its id.</param>
    /// <param name="name">The signal, without SIG.</param>
    internal static void Send(int process, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Whether every thread of a process is stopped (state T of proc_pid_stat(5)).</summary>
    internal static bool IsStopped(int process) => Directory.EnumerateDirectories($"/proc/{process}/task").All(task =>
    {
        // Behind the name, which may hold anything but ends with the last bracket.
        var stat = File.ReadAllText(Path.Combine(task, "stat"));
        return stat[stat.LastIndexOf(')') + 2] == 'T';
    });
}
