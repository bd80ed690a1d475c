using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>Every rule, on every server.</summary>
public sealed class ConformanceTests(ConformanceFixture sites) : IClassFixture<ConformanceFixture>
{
    public static TheoryData<ServerKind, string> Cases
    {
        get
        {
            var cases = new TheoryData<ServerKind, string>();
            foreach (var server in Enum.GetValues<ServerKind>().Where(server => server != ServerKind.KernelTls))
            {
                foreach (var rule in ConformanceRules.All)
                {
                    cases.Add(server, rule.ToString());
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Rule_Observed_Right(ServerKind server, string rule)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs mkfifo.");
        var site = await sites.GetAsync(server);
        var tested = ConformanceRules.All.Single(r => r.ToString() == rule);

        Assert.Contains(await tested.ObserveAsync(site.Conformance), tested.Right);
    }
}
