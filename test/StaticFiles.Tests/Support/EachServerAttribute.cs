using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Support;

/// <summary>Runs a theory once on each server, those with the transport's own TLS aside: the conformance suite runs on them. The server is the first argument; those given here follow it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EachServerAttribute(params object?[] arguments) : DataAttribute
{
    /// <summary>What follows the server in the theory's arguments.</summary>
    public IReadOnlyList<object?> Arguments => arguments;

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
        => ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. Enum.GetValues<ServerKind>().Where(server => server < ServerKind.Tls).Select(server => new TheoryDataRow([server, .. arguments]))]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
