namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>What a server did for a number of units (requests or connections).</summary>
internal sealed record PricePaid(Dictionary<string, int> Counts, long AllocatedBytes, int Units)
{
    // How often threads wait and are woken depends on how late the others are.
    private static readonly HashSet<string> s_waits = ["epoll_wait", CallLog.Wake, CallLog.EarlyRead, "futex"];

    // Of the others, how often the pool looks for work is chance altogether; and by getpid libcrypto asks whether it was forked, each version of
    // it as often as it likes.
    private static readonly HashSet<string> s_apart = [.. s_waits, "sched_yield", "getpid"];

    /// <summary>System calls for a unit that follow from what was asked for.</summary>
    internal double Calls => PerUnit(Counts.Where(call => !s_apart.Contains(call.Key)).Sum(call => call.Value));

    /// <summary>Calls for a unit by which threads wait and wake each other.</summary>
    internal double Waits => PerUnit(Counts.Where(call => s_waits.Contains(call.Key)).Sum(call => call.Value));

    /// <summary>Bytes on the managed heap for a unit.</summary>
    internal double Bytes => PerUnit(AllocatedBytes);

    public override string ToString() => string.Join(
        Environment.NewLine,
        [
            $"{Calls:0.00} system calls, {Waits:0.00} to wait and wake, and {Bytes:0.0} bytes allocated for each of {Units}:",
            .. Counts.OrderByDescending(call => call.Value).Select(call => $"{PerUnit(call.Value),10:0.00} {call.Key}"),
        ]);

    private double PerUnit(long count) => (double)count / Units;
}
