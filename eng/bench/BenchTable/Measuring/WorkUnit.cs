namespace BenchTable.Measuring;

/// <summary>What the cost of a row is divided by.</summary>
internal enum WorkUnit
{
    Request,
    Connection,
    Mebibyte,
}
