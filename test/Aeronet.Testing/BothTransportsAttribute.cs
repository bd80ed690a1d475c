using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Aeronet.Testing;

/// <summary>
/// Runs a theory once on each transport. The transport is the first argument; those given here follow it.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class BothTransportsAttribute(params object?[] arguments) : DataAttribute
{
    /// <summary>What follows the transport in the theory's arguments.</summary>
    public IReadOnlyList<object?> Arguments => arguments;

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        ITheoryDataRow[] rows =
        [
            new TheoryDataRow([TransportKind.Sockets, .. arguments]),
            new TheoryDataRow([TransportKind.Aeronet, .. arguments]),
        ];

        return ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(rows);
    }

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
