using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Aeronet.AspNetCore.Fuzz.Measuring;

/// <summary>
/// Counts the branches that instrumented code takes: the same number for the same input on every machine. Without instrumentation
/// there are none, and what is said of them holds of itself.
/// </summary>
internal static unsafe class Steps
{
    private const int MostPlaces = 1 << 16;

    private static readonly bool[] s_places = new bool[MostPlaces];

    internal static long Taken { get; private set; }

    /// <summary>How many different places have been passed.</summary>
    internal static int Places => s_places.Count(passed => passed);

    internal static void ForgetPlaces() => Array.Clear(s_places);

    /// <summary>Before any code that is instrumented: it writes to AFL's map, or to this one.</summary>
    internal static void Count()
    {
        Trace.SharedMem = (byte*)NativeMemory.AllocZeroed(MostPlaces);
        Trace.OnBranch = static (place, _) =>
        {
            Taken++;
            s_places[(ushort)place] = true;
        };
    }
}
