namespace Aeronet.AspNetCore.Middleware.Metering;

/// <summary>What one instrument had measured with one tag set at one time.</summary>
/// <param name="Tags">The tags.</param>
/// <param name="Value">The sum, or the last value; 0 for a histogram.</param>
/// <param name="Distribution">The values of a histogram; empty for others.</param>
internal sealed record PointSnapshot(TagSet Tags, double Value, HistogramCounts Distribution);
