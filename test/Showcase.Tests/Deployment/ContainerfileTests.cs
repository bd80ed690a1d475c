using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Showcase.Tests.Deployment;

/// <summary>What can be seen of the container files without an engine to build them.</summary>
public sealed partial class ContainerfileTests
{
    private static readonly string[] s_instructions = ["FROM", "ARG", "WORKDIR", "COPY", "RUN", "USER", "ENV", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT"];

    [Theory]
    [InlineData("debian")]
    [InlineData("alpine")]
    public void Containerfile_IsWellFormedAndItsImageIsNotRoots(string system)
    {
        var lines = Lines(system);
        var stages = lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).ToList();
        var last = lines[(lines.LastIndexOf(stages[^1]) + 1)..];

        Assert.All(lines, line => Assert.Contains(line.Split(' ')[0], s_instructions));
        Assert.Equal("FROM", lines[0].Split(' ')[0]);
        Assert.All(stages, stage => Assert.Matches(@"^FROM \S+:[\w.-]+( AS \w+)?$", stage));
        Assert.DoesNotContain(stages, stage => stage.Contains(":latest", StringComparison.Ordinal));
        Assert.Contains("USER 1654", last);
        Assert.All(last.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal)), line => Assert.StartsWith("COPY --from=build ", line, StringComparison.Ordinal));
        Assert.Contains("ENTRYPOINT [\"/app/App\"]", last);

        // Of the user that the deployment runs it as.
        Assert.Contains("runAsUser: 1654\n", Repository.Read("eng/deploy/kubernetes/deployment.yaml"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debian")]
    [InlineData("alpine")]
    public void Containerfile_Project_IsThere(string system)
    {
        var project = Assert.Single(Lines(system), line => line.StartsWith("ARG PROJECT=", StringComparison.Ordinal))["ARG PROJECT=".Length..];

        Assert.True(File.Exists(Path.Combine(Repository.Root, project)));
    }

    private static List<string> Lines(string system) =>
        [.. Continued().Replace(Comment().Replace(Repository.Read($"eng/deploy/Containerfile.{system}"), ""), " ").Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"^#.*\n", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
