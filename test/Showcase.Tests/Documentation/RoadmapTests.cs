using System.Text.RegularExpressions;
using Aeronet.Testing;

namespace Aeronet.AspNetCore.Showcase.Tests.Documentation;

/// <summary>What docs/roadmap.md and docs/faults.md name is there.</summary>
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
            AssertExist(row[0], row[1]);
            AssertExist(row[0], row[2]);
        }
    }

    [Fact]
    public void TestsOfFaults_Exist()
    {
        var rows = Repository.Table("docs/faults.md", "# Faults", "| fault");

        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            Assert.Equal(4, row.Length);
            Assert.All(row, cell => Assert.NotEmpty(cell));
            Assert.NotEmpty(Code().Matches(row[3]));
            AssertExist(row[0], row[3]);
        }
    }

    /// <summary>What a cell names is a file or folder, or a test in the file named before it.</summary>
    private static void AssertExist(string subject, string cell)
    {
        var file = "";
        foreach (var name in Code().Matches(cell).Select(place => place.Groups[1].Value))
        {
            if (file.EndsWith(".cs", StringComparison.Ordinal) && Identifier().IsMatch(name))
                Assert.True(Repository.Read(file).Contains($" {name}(", StringComparison.Ordinal), $"{subject}: there is no {name} in {file}");
            else
                Assert.True(Path.Exists(Path.Combine(Repository.Root, file = name)), $"{subject}: there is no {name}");
        }
    }

    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$")]
    private static partial Regex Identifier();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
