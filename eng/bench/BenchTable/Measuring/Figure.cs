namespace BenchTable.Measuring;

/// <summary>A server's cost and rate in a round.</summary>
/// <param name="Microseconds">Processor time of the server for a unit, user and system.</param>
/// <param name="Rate">Units in a second.</param>
internal readonly record struct Figure(double Microseconds, double Rate);
