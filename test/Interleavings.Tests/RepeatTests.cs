using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Interleavings.Tests.Scenarios;
using Aeronet.AspNetCore.Interleavings.Tests.Searching;
using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Interleavings.Tests;

/// <summary>A schedule says all there is to say of a run: or no failure could be played again.</summary>
public sealed class RepeatTests
{
    public static TheoryData<string> Scenarios => [.. AllScenarios.Names];

    [Theory, MemberData(nameof(Scenarios))]
    public void Schedule_PlayedAgain_PassesTheSamePoints(string name)
    {
        Assert.SkipUnless(Interleaving.IsCompiledIn, "the points of the transport are compiled in with -p:AeronetAsserts=true alone");
        foreach (var text in (string[])["", "7:1 19:2 40:1", "3:2 11:1 30:3 31:1 80:2"])
        {
            var schedule = Schedule.Parse(text);
            Assert.Equal(Passed(), Passed());

            IEnumerable<string> Passed() =>
                [.. Run.Of(AllScenarios.Named(name), schedule).Trace.Select(point => $"{point.Thread} {point.Where}")];
        }
    }

    [Fact]
    public void Schedule_WrittenAndRead_IsTheSame() =>
        Assert.Equal("12:1 40:3", Schedule.Parse("12:1 40:3").ToString());
}
