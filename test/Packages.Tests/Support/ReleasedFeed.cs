namespace Aeronet.AspNetCore.Packages.Tests.Support;

/// <summary>The packages as <c>eng/pack.sh</c> makes them for everybody, from a clean copy of the sources. Takes a minute.</summary>
public sealed class ReleasedFeed : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-released-");
    private readonly SemaphoreSlim _once = new(1);
    private Feed? _feed;
    private ExternalToolResult? _packed;

    /// <summary>What <c>eng/pack.sh</c> said.</summary>
    internal string Said => _packed!.Output;

    internal string VersionSuffix { get; } = Feed.UniqueSuffix();

    /// <summary>The packages; made for the first who asks.</summary>
    internal async Task<Feed> GetAsync()
    {
        await _once.WaitAsync().OrTimeout("the packages", TimeSpan.FromMinutes(15));
        try
        {
            if (_packed is null)
            {
                Assert.SkipWhen(ExternalTool.Find("npm") is null, "npm is not installed, which fetches the charts of the dashboard");
                var sources = Folder("sources");
                await SourceCopy.CreateAsync(sources);
                _packed = await Dotnet.TryProgramAsync(
                    Path.Combine(sources, "eng", "pack.sh"), sources, "--output", Path.Combine(_folder.FullName, "feed"), "--", $"-p:VersionSuffix={VersionSuffix}", "-p:RunAnalyzers=false");
            }

            Assert.True(_packed.ExitCode == 0, $"{_packed}");
            return _feed ??= new Feed(Path.Combine(_folder.FullName, "feed"));
        }
        finally
        {
            _once.Release();
        }
    }

    /// <summary>A folder of its own, empty, that goes with the feed.</summary>
    internal string Folder(string name) => _folder.CreateSubdirectory(name).FullName;

    public ValueTask DisposeAsync()
    {
        _once.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
