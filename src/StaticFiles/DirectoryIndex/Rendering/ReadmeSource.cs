using System.Text;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex.Listing;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex.Names;
using Aeronet.AspNetCore.StaticFiles.Files;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex.Rendering;

/// <summary>The rendered README.md of a directory, kept as long as its file is the same.</summary>
internal sealed class ReadmeSource(IFileRoot root, MemoryCache? memory, ILogger logger)
{
    private const int MaxBytes = 128 * 1024;
    private static readonly TimeSpan Unused = TimeSpan.FromMinutes(1);

    /// <summary>The HTML; null when the directory has none, or none that can be shown.</summary>
    /// <param name="snapshot">The directory.</param>
    /// <param name="directory">Its path relative to the root, without a slash or NUL at the end.</param>
    /// <param name="name">The file's name, to be shown.</param>
    public string? Find(DirectorySnapshot snapshot, ReadOnlySpan<byte> directory, out string? name)
    {
        name = null;
        if (snapshot.Readme is not { Size: <= MaxBytes } entry)
        {
            return null;
        }

        byte[] path = directory.IsEmpty ? [.. snapshot.NameOf(entry), 0] : [.. directory, (byte)'/', .. snapshot.NameOf(entry), 0];
        if (HtmlOf(path) is not { Length: > 0 } html)
        {
            return null;
        }

        name = ShownName.Of(snapshot.NameOf(entry));
        return html;
    }

    private string? HtmlOf(byte[] path)
    {
        var key = "readme " + Convert.ToHexString(path);
        var kept = memory?.Get<KeptReadme>(key);
        if (kept is not null && root.StillLeadsTo(Encoding.UTF8.GetString(path.AsSpan(..^1)), kept.Stat))
        {
            return kept.Html;
        }

        var opened = root.Open(path);
        using var handle = opened.Handle;
        if (opened.Outcome != OpenOutcome.File || opened.Stat.Size > MaxBytes)
        {
            return null;
        }

        if (kept is not null && kept.Stat == opened.Stat)
        {
            return kept.Html;
        }

        var bytes = new byte[opened.Stat.Size];
        var read = RandomAccess.Read(handle!, bytes, 0);
        var html = Render(Encoding.UTF8.GetString(bytes, 0, read).TrimStart('\uFEFF'), path.AsSpan(..^1));
        memory?.Set(
            key, new KeptReadme(opened.Stat, html), new MemoryCacheEntryOptions { Size = 256 + (2L * html.Length), SlidingExpiration = Unused });
        return html;
    }

    private string Render(string text, ReadOnlySpan<byte> path)
    {
        try
        {
            return Markdown.ToHtml(text);
        }
        catch (ArgumentException error)
        {
            DirectoryIndexLog.ReadmeFailed(logger, ShownName.Of(path), error.Message);
            return "";
        }
    }

    private sealed record KeptReadme(FileStat Stat, string Html);
}
