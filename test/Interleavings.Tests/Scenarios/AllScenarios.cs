namespace Aeronet.AspNetCore.Interleavings.Tests.Scenarios;

/// <summary>Every play there is, by its name.</summary>
internal static class AllScenarios
{
    private static readonly Dictionary<string, Scenario> s_byName =
        ReadScenarios.All.Concat(WriteScenarios.All).Concat(EndScenarios.All).ToDictionary(scenario => scenario.Name);

    internal static IEnumerable<string> Names => s_byName.Keys;

    internal static Scenario Named(string name) => s_byName[name];
}
