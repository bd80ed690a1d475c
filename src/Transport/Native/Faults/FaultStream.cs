using System.Numerics;

namespace Aeronet.AspNetCore.Transport.Native.Faults;

/// <summary>The draws for one kind of calls, one after the other (SplitMix64, Steele, Lea and Flood 2014). Any thread.</summary>
internal sealed class FaultStream(FaultPolicy policy, ulong seed)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>Half of the short calls get no more than this: less than a header of anything.</summary>
    private const ulong Few = 16;

    private ulong _state = seed;

    internal static ulong Mix(ulong number)
    {
        number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
        number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
        return number ^ (number >> 31);
    }

    /// <summary>A number below <paramref name="limit"/>, which is not 0.</summary>
    internal ulong Below(ulong limit) => Mix(Interlocked.Add(ref _state, Step)) % limit;

    /// <summary>Whether the next call has one of <paramref name="possible"/>, and which. A delay is over then.</summary>
    internal FaultKinds Next(FaultKinds possible)
    {
        possible &= policy.Kinds;
        if (!Hits() || possible == FaultKinds.None)
        {
            return FaultKinds.None;
        }

        var left = (uint)possible;
        for (var skipped = Below((ulong)BitOperations.PopCount(left)); skipped > 0; skipped--)
        {
            left &= left - 1;
        }

        var kind = (FaultKinds)(1 << BitOperations.TrailingZeroCount(left));
        if (kind != FaultKinds.Econnaborted)
        {
            // That needs a connection, too.
            policy.Count(kind);
        }

        if (kind == FaultKinds.Delay)
        {
            Thread.Sleep((int)Below(3));
        }

        return kind;
    }

    /// <summary>Whether what has the policy's rate happens.</summary>
    internal bool Hits() => Below(1UL << 53) < policy.Rate * (1UL << 53);

    /// <summary>At least 1, and less than <paramref name="length"/> where that is more.</summary>
    internal nuint PartOf(nuint length) =>
        length < 2 ? length : 1 + (nuint)Below(Below(2) == 0 ? length - 1 : Math.Min(length - 1, Few));
}
