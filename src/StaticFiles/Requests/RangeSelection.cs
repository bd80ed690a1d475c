namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>What is to be sent for a Range field.</summary>
/// <param name="Outcome">How much of the file.</param>
/// <param name="Range">The part, with <see cref="RangeOutcome.Part"/>.</param>
/// <param name="Parts">Two or more parts that do not overlap, in the order to send them, with <see cref="RangeOutcome.Parts"/>.</param>
internal readonly record struct RangeSelection(RangeOutcome Outcome, ByteRange Range = default, ByteRange[]? Parts = null)
{
    public static RangeSelection Whole => new(RangeOutcome.Whole);

    public static RangeSelection Unsatisfiable => new(RangeOutcome.Unsatisfiable);
}
