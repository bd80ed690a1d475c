using System.Globalization;
using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Showcase.Tests.Deployment;

/// <summary>systemd finds nothing wrong with the units, and gives them the score that the documentation tells.</summary>
public sealed partial class UnitTests
{
    private const string Unit = "eng/deploy/systemd/app@.service";

    [Fact]
    public async Task Unit_Verified_HasNoFault()
    {
        var analyze = ExternalTool.Require("systemd-analyze");
        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        try
        {
            // The application is not where it will be.
            var path = Path.Combine(folder, "app@1.service");
            File.WriteAllText(path, Repository.Read(Unit).Replace("ExecStart=/srv/app/App", "ExecStart=/bin/true", StringComparison.Ordinal));

            var result = await analyze.RunAsync("verify", "--man=no", path);

            Assert.Equal("", result.Output + result.Error);
            Assert.Equal(0, result.ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Unit_Exposure_IsWhatIsDocumented()
    {
        var analyze = ExternalTool.Require("systemd-analyze");

        var result = await analyze.RunAsync("security", "--offline=true", "--no-pager", Path.Combine(Repository.Root, Unit));

        var score = double.Parse(Exposure().Match(result.Output).Groups[1].Value, CultureInfo.InvariantCulture);
        var documented = double.Parse(Documented().Match(Repository.Read("eng/deploy/README.md")).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.True(score <= documented, $"It is {score}, and {documented} is documented.");
    }

    [GeneratedRegex(@"exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Exposure();

    [GeneratedRegex(@"systemd-analyze security[^\n]*\*\*([0-9.]+)\*\*")]
    private static partial Regex Documented();
}
