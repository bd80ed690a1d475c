using System.Collections.Concurrent;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Names;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>
/// The rendered README.md of a directory, kept as long as its file is the same. Rendering is done off the caller's thread, once for all who
/// ask at the time, and for half as many files at a time as there are processors.
/// </summary>
internal sealed class ReadmeSource(IFileRoot root, MemoryCache? memory, ILogger logger)
{
    private const int MaxBytes = 128 * 1024;
    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(1);

    // Rendering itself ends after a second; this is for those behind others. The list is what was asked for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Of all mounts together.
    private static readonly SemaphoreSlim Renderers = new(Math.Max(1, Environment.ProcessorCount / 2));

    private readonly ConcurrentDictionary<(string Key, FileStat Stat), Lazy<Task<string>>> _rendering = new();

    /// <summary>The file's name, to be shown, and its HTML; nulls when the directory has none, or none that can be shown.</summary>
    /// <param name="snapshot">The directory.</param>
    /// <param name="directory">Its path relative to the root, without a slash or NUL at the end.</param>
    public async ValueTask<(string? Name, string? Html)> FindAsync(DirectorySnapshot snapshot, byte[] directory)
    {
        if (snapshot.Readme is not { Size: <= MaxBytes } entry)
        {
            return default;
        }

        byte[] path = directory.Length == 0 ? [.. snapshot.NameOf(entry), 0] : [.. directory, (byte)'/', .. snapshot.NameOf(entry), 0];
        return await HtmlOfAsync(path) is { Length: > 0 } html ? (ShownName.Of(snapshot.NameOf(entry)), html) : default;
    }

    private ValueTask<string?> HtmlOfAsync(byte[] path)
    {
        var key = "readme " + Convert.ToHexString(path);
        var kept = memory?.Get<KeptReadme>(key);
        if (kept is not null && root.StillLeadsTo(Encoding.UTF8.GetString(path.AsSpan(..^1)), kept.Stat))
        {
            return new(kept.Html);
        }

        var opened = root.Open(path);
        if (opened.Outcome != OpenOutcome.File || opened.Stat.Size > MaxBytes || (kept is not null && kept.Stat == opened.Stat))
        {
            opened.Handle?.Dispose();
            return new(opened.Outcome == OpenOutcome.File && opened.Stat.Size <= MaxBytes ? kept!.Html : null);
        }

        var mine = new Lazy<Task<string>>(() => RenderAsync(key, path, opened));
        var rendering = _rendering.GetOrAdd((key, opened.Stat), mine);
        if (rendering != mine)
        {
            opened.Handle!.Dispose();
        }

        return new(WaitAsync(rendering.Value, path));
    }

    private async Task<string?> WaitAsync(Task<string> rendering, byte[] path)
    {
        try
        {
            return await rendering.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            DirectoryIndexLog.ReadmeFailed(logger, ShownName.Of(path.AsSpan(..^1)), "others are rendered before it, the list is sent without");
            return null;
        }
    }

    private async Task<string> RenderAsync(string key, byte[] path, OpenResult opened)
    {
        await Renderers.WaitAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            // Off the loop's own thread, whatever that resumes on.
            var html = await Task.Run(() => Render(path, opened));
            memory?.Set(
                key, new KeptReadme(opened.Stat, html), new MemoryCacheEntryOptions { Size = 256 + (2L * html.Length), SlidingExpiration = Unused });
            return html;
        }
        finally
        {
            _rendering.TryRemove((key, opened.Stat), out _);
            Renderers.Release();
            opened.Handle!.Dispose();
        }
    }

    private string Render(byte[] path, in OpenResult opened)
    {
        try
        {
            return Markdown.ToHtml(Encoding.UTF8.GetString(PhysicalFile.Read(opened.Handle!, opened.Stat.Size)).TrimStart('\uFEFF'));
        }
        catch (Exception error) when (error is ArgumentException or TimeoutException or IOException)
        {
            DirectoryIndexLog.ReadmeFailed(logger, ShownName.Of(path.AsSpan(..^1)), error.Message);
            return "";
        }
    }

    private sealed record KeptReadme(FileStat Stat, string Html);
}
