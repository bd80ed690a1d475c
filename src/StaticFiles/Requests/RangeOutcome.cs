namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>What a Range field asks for (RFC 9110 section 14.2).</summary>
internal enum RangeOutcome
{
    /// <summary>The whole file: no such field, an unknown unit, invalid syntax, or more ranges than are followed.</summary>
    Whole,

    /// <summary>One part of it (206).</summary>
    Part,

    /// <summary>Several parts of it (206, multipart/byteranges).</summary>
    Parts,

    /// <summary>Nothing that the file has, or more ranges than are followed (416).</summary>
    Unsatisfiable,
}
