namespace Aeronet.AspNetCore.Fuzz;

/// <summary>Gives inputs to targets.</summary>
internal static class Runner
{
    /// <summary>What is longer is cut, as AFL cuts it.</summary>
    internal const int LongestInput = 8 * 1024;

    /// <summary>Has a target read what it can begin with, so that nothing is initialized later.</summary>
    internal static void Warm(IFuzzTarget target)
    {
        foreach (var seed in target.Seeds)
            Check(target, seed);
    }

    internal static void Check(IFuzzTarget target, ReadOnlySpan<byte> input)
    {
        input = input[..Math.Min(input.Length, LongestInput)];
        try
        {
            target.Run(input);
        }
        catch (BrokenException broken) when (broken.IsCost)
        {
            target.Run(input);
        }
    }
}
