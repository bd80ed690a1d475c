namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>What a Range field asks for (RFC 9110 section 14.2).</summary>
internal enum RangeOutcome
{
    /// <summary>The whole file: no such field, an unknown unit, invalid syntax, or more than one range.</summary>
    Whole,

    /// <summary>One part of it (206).</summary>
    Part,

    /// <summary>Nothing that the file has (416).</summary>
    Unsatisfiable,
}
