using System.Globalization;
using System.IO.Enumeration;
using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Interleavings.Tests.Scenarios;
using Aeronet.AspNetCore.Interleavings.Tests.Searching;
using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Interleavings.Tests;

/// <summary>
/// Every scenario ends well in whatever order its threads go on: bytes come in order, once and all of them; nobody waits who could go on;
/// descriptors, blocks, slots and files go back once. A failure names its schedule, which <c>AERONET_SCHEDULE</c> plays again, and
/// where it was drawn its seed, which <c>AERONET_SEED</c> draws again; <c>AERONET_RACE_SECONDS</c> searches longer.
/// </summary>
public sealed class InterleavingTests(ITestOutputHelper output)
{
    /// <summary>Of how many turns every schedule is played, if there is time.</summary>
    private const int Depth = 2;

    /// <summary>All, or those that <c>AERONET_SCENARIO</c> names, with * for any text.</summary>
    public static TheoryData<string> Scenarios =>
        [.. AllScenarios.Names.Where(name => FileSystemName.MatchesSimpleExpression(Environment.GetEnvironmentVariable("AERONET_SCENARIO") ?? "*", name))];

    private static TimeSpan Time { get; } =
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable("AERONET_RACE_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 2);

    [Theory, MemberData(nameof(Scenarios))]
    public void Scenario_InEveryOrder_EndsWell(string name)
    {
        Assert.SkipUnless(Interleaving.IsCompiledIn, "the points of the transport are compiled in with -p:AeronetAsserts=true alone");
        var scenario = AllScenarios.Named(name);
        if (Environment.GetEnvironmentVariable("AERONET_SCHEDULE") is { } text)
        {
            var outcome = Run.Of(scenario, Schedule.Parse(text));
            foreach (var stretch in outcome.Stretches())
                output.WriteLine(stretch);

            AssertIsWell(scenario, outcome);
            return;
        }

        var search = new Search(scenario, Time);
        var seed = Environment.GetEnvironmentVariable("AERONET_SEED");
        var failing = seed is null ? search.Exhaust(Depth) : null;
        var exhausted = search.Runs;
        failing ??= search.Draw(seed);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: every order of up to {search.Depth} turns, {exhausted} of them, and {search.Runs - exhausted} drawn, {search.Runs / search.Elapsed.TotalSeconds:F0} a second"));
        AssertIsWell(scenario, failing);
    }

    private static void AssertIsWell(Scenario scenario, Outcome? outcome)
    {
        if (outcome?.Failure is not { } failure)
            return;

        Assert.Fail(string.Join(
            '\n',
            [
                $"{scenario.Name} fails with AERONET_SCHEDULE='{outcome.Schedule}'. {outcome.Seed}",
                failure,
                .. outcome.Stretches(),
            ]));
    }
}
