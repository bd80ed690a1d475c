using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Aeronet.AspNetCore.Transport.EventLoop;

/// <summary>
/// The places where another thread may come in between and make a difference: one before each step that others see. In builds with
/// <c>AERONET_ASSERTS</c> alone a test can choose there who goes on (test/Interleaving.Tests); other builds have nothing of it. None lies
/// where a lock is held: what is done under one is a single step.
/// </summary>
internal static class Interleaving
{
    /// <summary>Whether this build has them.</summary>
    internal const bool IsCompiledIn =
#if AERONET_ASSERTS
        true;
#else
        false;
#endif

    /// <summary>Who chooses. Null outside of that test: then every thread goes on as the system has it.</summary>
    internal static IThreadChooser? Chooser { get; set; }

    /// <summary>What comes next others may see, or it sees what others have done.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void Point([CallerMemberName] string where = "") => Chooser?.Pass(where);

    /// <summary>The thread is about to wait for <paramref name="assigned"/>.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void Waits(SemaphoreSlim assigned) => Chooser?.Wait(assigned);

    /// <summary>The thread is about to wait for the callbacks of a token whose registration it disposes.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void WaitsForCallbacks() => Chooser?.WaitForCallbacks();

    /// <summary><paramref name="item"/> is about to be given to the thread pool.</summary>
    [Conditional("AERONET_ASSERTS")]
    internal static void Forks(ref IThreadPoolWorkItem item) => item = Chooser?.Fork(item) ?? item;
}
