namespace Aeronet.AspNetCore.Middleware.Dashboard.Figures;

/// <summary>Something that is counted.</summary>
/// <param name="Total">How much of it there was since counting began.</param>
/// <param name="PerSecond">How much a second over the last interval; null before there was one.</param>
internal readonly record struct Flow(long Total, double? PerSecond);
