using System.Diagnostics;

namespace Aeronet.AspNetCore.Packages.Tests.Support;

/// <summary>
/// The sources in a repository of their own, as somebody else has them: with an origin at a host that SourceLink knows, and the same commit
/// wherever it lies.
/// </summary>
internal static class SourceCopy
{
    public const string Origin = "https://github.com/example/aeronet";

    private const string Date = "2026-01-01T00:00:00Z";

    /// <summary>Copies what git has, changes that are not committed with it, or skips where there is no git.</summary>
    public static async Task CreateAsync(string folder)
    {
        var git = ExternalTool.Require("git");
        var files = await git.RunAsync("-C", Repository.Root, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        Assert.SkipUnless(files.ExitCode == 0, "the sources are not in a git repository");
        foreach (var file in files.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Path.Combine(Repository.Root, file))))
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(Repository.Root, file), target);
        }

        await GitAsync(git, folder, "init", "-q", "-b", "main");
        await GitAsync(git, folder, "add", "--all");
        await GitAsync(git, folder, "-c", "user.name=Tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "Sources");
        await GitAsync(git, folder, "remote", "add", "origin", $"{Origin}.git");
    }

    private static async Task GitAsync(ExternalTool git, string folder, params string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(git.FullPath, arguments) };
        process.StartInfo.WorkingDirectory = folder;
        process.StartInfo.RedirectStandardError = true;
        process.StartInfo.Environment["GIT_AUTHOR_DATE"] = Date;
        process.StartInfo.Environment["GIT_COMMITTER_DATE"] = Date;
        process.Start();
        var error = await process.StandardError.ReadToEndAsync().OrTimeout("git");
        await process.WaitForExitAsync().OrTimeout("git to end");
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {error}");
    }
}
