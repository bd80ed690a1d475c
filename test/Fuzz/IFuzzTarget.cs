namespace Aeronet.AspNetCore.Fuzz;

/// <summary>A reader of bytes from outside, and what must hold of it whatever the bytes are.</summary>
internal interface IFuzzTarget
{
    /// <summary>The name of its folder in <c>Corpus</c> and <c>Crashes</c>.</summary>
    string Name { get; }

    /// <summary>Well-formed inputs that a fuzzer may begin with.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Reads an input in every way that is of interest.</summary>
    /// <exception cref="Exception">Something does not hold.</exception>
    void Run(ReadOnlySpan<byte> input);
}
