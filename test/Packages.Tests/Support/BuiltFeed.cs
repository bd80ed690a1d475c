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
        var packed = await Dotnet.TryAsync(
            Repository.Root, "pack", "src/Packages.slnf", "--no-build", "--configuration", Configuration, "--output", Folder, $"-p:VersionSuffix={suffix}", "-nologo");
        if (packed.Output.Contains("would lack the dashboard's charts", StringComparison.Ordinal))
        {
            _reason = "the dashboard's charts are not there, which npm fetches when the solution is built";
            return;
        }

        Assert.True(packed.ExitCode == 0, $"{packed}");
        _feed = new Feed(Folder);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
