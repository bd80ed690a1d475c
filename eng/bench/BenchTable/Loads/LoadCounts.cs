namespace BenchTable.Loads;

/// <summary>What a load did.</summary>
/// <param name="Requests">Answers that came whole.</param>
/// <param name="Bytes">All that was received of answers, heads too where the program counts them; null where it does not say.</param>
internal readonly record struct LoadCounts(long Requests, long? Bytes, TimeSpan Time);
