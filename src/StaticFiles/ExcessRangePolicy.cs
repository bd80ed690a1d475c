namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>What a request for too many ranges gets (RFC 9110 section 14.2 allows both).</summary>
public enum ExcessRangePolicy
{
    /// <summary>The Range field is ignored: 200 and the whole file. The default.</summary>
    WholeFile,

    /// <summary>416 (Range Not Satisfiable), which costs the server nothing.</summary>
    Refuse,
}
