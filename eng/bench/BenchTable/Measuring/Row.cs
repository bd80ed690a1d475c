using BenchTable.Loads;
using BenchTable.Servers;

namespace BenchTable.Measuring;

/// <summary>A row of the table.</summary>
/// <param name="Path">What is asked for: <c>/plaintext</c> or a file.</param>
/// <param name="Unit">What the cost is divided by.</param>
/// <param name="Servers">Which are measured, in the order of the columns Aeronet, Kestrel, nginx; null where a server has no such way.</param>
internal sealed record Row(string Name, bool IsTls, string Path, ILoad Load, WorkUnit Unit, ServerKind?[] Servers)
{
    public const int Columns = 3;

    /// <summary>How much longer than others it is measured: as long as its connections, whose handshakes it pays for, need to be few beside its requests.</summary>
    public int Times { get; init; } = 1;

    /// <summary>The row's name in full: what is asked for, and by whom.</summary>
    public string Title => $"{Name}, {Load.Clients}";
}
