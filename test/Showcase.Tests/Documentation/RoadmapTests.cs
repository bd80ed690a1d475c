using System.Text.RegularExpressions;
using Aeronet.Testing;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>What docs/roadmap.md names is there.</summary>
public sealed partial class RoadmapTests
{
    [Fact]
    public void PlacesAndTests_Exist()
    {
        var rows = Repository.Table("docs/roadmap.md", "# Roadmap", "| capability");

        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            Assert.Equal(3, row.Length);
            Assert.NotEmpty(Code().Matches(row[2]));
            foreach (Match place in Code().Matches(row[1] + row[2]))
                Assert.True(Path.Exists(Path.Combine(Repository.Root, place.Groups[1].Value)), $"{row[0]}: there is no {place.Groups[1].Value}");
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
