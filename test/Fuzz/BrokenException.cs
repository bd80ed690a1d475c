namespace Aeronet.AspNetCore.Fuzz;

/// <summary>Something that must hold does not.</summary>
internal sealed class BrokenException(string message, bool isCost = false) : Exception(message)
{
    /// <summary>Whether it was too dear, which the first input of a kind may be: it initializes what others use.</summary>
    internal bool IsCost => isCost;
}
