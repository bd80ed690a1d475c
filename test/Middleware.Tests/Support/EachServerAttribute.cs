using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Aeronet.AspNetCore.Middleware.Tests.Support;

/// <summary>Runs a theory once on each server. The server is the first argument; those given here follow it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EachServerAttribute(params object?[] arguments) : DataAttribute
{
    /// <summary>What follows the server in the theory's arguments.</summary>
    public IReadOnlyList<object?> Arguments => arguments;

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
        => ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. Enum.GetValues<ServerKind>().Select(server => new TheoryDataRow([server, .. arguments]))]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
