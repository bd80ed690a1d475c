namespace Aeronet.AspNetCore.StaticFiles.Requests;

/// <summary>How far requests for several ranges are followed.</summary>
/// <param name="MaxRanges">The most members a Range field may have.</param>
/// <param name="Gap">The most bytes between two ranges that are sent as one.</param>
/// <param name="RefusesMore">Whether more members get 416; otherwise the field is ignored.</param>
internal readonly record struct RangeRules(int MaxRanges, long Gap, bool RefusesMore)
{
    public static RangeRules From(AeronetStaticFileOptions options)
        => new(options.MaxRanges, options.RangeGap, options.ExcessRanges == ExcessRangePolicy.Refuse);
}
