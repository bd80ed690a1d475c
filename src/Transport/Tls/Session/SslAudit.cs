using System.Diagnostics;

namespace Aeronet.AspNetCore.Transport.Tls.Session;

/// <summary>
/// What must hold of SSL objects: each is freed, and one thread at a time is inside one. Counted beside the locks that see
/// to it, in builds with <c>AERONET_ASSERTS</c> alone, so that a call somebody adds without them is found.
/// </summary>
internal static class SslAudit
{
    private static int s_live;

#if AERONET_ASSERTS
    internal static bool IsOn => true;
#else
    internal static bool IsOn => false;
#endif

    /// <summary>SSL objects that were created and not freed yet.</summary>
    internal static int Live => Volatile.Read(ref s_live);

    [Conditional("AERONET_ASSERTS")]
    internal static void Created() => Interlocked.Increment(ref s_live);

    [Conditional("AERONET_ASSERTS")]
    internal static void Freed() => Interlocked.Decrement(ref s_live);

    [Conditional("AERONET_ASSERTS")]
    internal static void Enter(ref int inside)
    {
        if (Interlocked.Increment(ref inside) != 1)
        {
            // Nothing that is caught: memory may be corrupt already.
            Environment.FailFast("Two threads are inside one SSL object.");
        }
    }

    [Conditional("AERONET_ASSERTS")]
    internal static void Leave(ref int inside) => Interlocked.Decrement(ref inside);
}
