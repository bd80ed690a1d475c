namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>For tests that count what the whole process has: no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    internal const string Name = "alone";
}
