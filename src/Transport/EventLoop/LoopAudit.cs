using System.Diagnostics;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// The rule of the loops: nothing a loop still owes lives only on a thread's stack. Watched in builds with <c>AERONET_ASSERTS</c>
/// alone, which end the process where it is broken: what is lost then shows nowhere else but in a connection that stands still.
/// </summary>
internal static class LoopAudit
{
    [ThreadStatic]
    private static bool t_hasInHand;

    [ThreadStatic]
    private static bool t_owes;

    /// <summary>An event or a posted work item was taken, and is in no queue any more.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void Takes() => t_hasInHand = true;

    /// <summary>It is done.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void IsDone() => t_hasInHand = false;

    /// <summary>A leader put something on the agenda.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void Owes() => t_owes = true;

    /// <summary>A leader found the agenda empty.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void OwesNothing() => t_owes = false;

    /// <summary>A leader is about to wait for events.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void Waits() => Holds(!t_owes, "A loop waits for events with something on its agenda that its leader put there.");

    /// <summary>Application code is about to run here, and may never come back.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void EntersApplication() =>
        Holds(!t_hasInHand || LoopThread.Current is not { IsLeading: true }, "A leader enters the application with an event or a work item in hand.");

    /// <summary><paramref name="item"/> is not on the agenda yet.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void IsNew<T>(T? first, Queue<T> others, T item)
        where T : class => Holds(!ReferenceEquals(first, item) && !others.Contains(item), "The same thing is on an agenda twice.");

    private static void Holds(bool condition, string rule)
    {
        if (condition)
        {
            return;
        }

        if (Interleaving.Chooser is { } chooser)
        {
            chooser.Break(rule);
        }
        else
        {
            Environment.FailFast(rule);
        }
    }
}
