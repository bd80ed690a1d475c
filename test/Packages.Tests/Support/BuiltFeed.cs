namespace Aeronet.AspNetCore.Packages.Tests.Support;

/// <summary>The packages of the build that these tests were made by: quick to have, with the assertions that the tests are built with.</summary>
public sealed class BuiltFeed : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-packages-");

    private Feed? _feed;
    private string _reason = "";

    /// <summary>A folder that goes with the feed.</summary>
    internal string Folder => _folder.FullName;

    /// <summary>The packages, or a skip where they cannot be made.</summary>
    internal Feed Feed
    {
        get
        {
            Assert.SkipWhen(_feed is null, _reason);
            return _feed!;
        }
    }

    /// <summary>The version that the sources have, by which these packages' begins.</summary>
    internal string SourceVersion { get; private set; } = "";

    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    public async ValueTask InitializeAsync()
    {
        SourceVersion = (await Dotnet.RunAsync(Repository.Root, "msbuild", "src/Metapackage", "-getProperty:Version", "-nologo")).Trim();
        var suffix = SourceVersion.Contains('-', StringComparison.Ordinal) ? $"{SourceVersion.Split('-', 2)[1]}.{Feed.UniqueSuffix()}" : Feed.UniqueSuffix();
        var packed = await PackAsync(Folder, suffix);
        if (packed.Output.Contains("would lack the dashboard's charts", StringComparison.Ordinal))
        {
            _reason = "the dashboard's charts are not there, which npm fetches when the solution is built";
            return;
        }

        Assert.True(packed.ExitCode == 0, $"{packed}");
        _feed = new Feed(Folder);
    }

    /// <summary>Packs the same build as another version.</summary>
    /// <param name="suffix">What stands behind the version's number; empty for a stable one.</param>
    internal async Task<Feed> PackAsync(string suffix)
    {
        Assert.SkipWhen(_feed is null, _reason);
        var folder = _folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName;
        var packed = await PackAsync(folder, suffix);
        Assert.True(packed.ExitCode == 0, $"{packed}");
        return new Feed(folder);
    }

    private static Task<ExternalToolResult> PackAsync(string folder, string suffix) => Dotnet.TryAsync(
        Repository.Root, "pack", "src/Packages.slnf", "--no-build", "--configuration", Configuration, "--output", folder, $"-p:VersionSuffix={suffix}", "-warnaserror", "-nologo");

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
