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
        if (snapshot.Readme is not { } entry)
        {
            return null;
        }

        byte[] path = directory.IsEmpty ? [.. snapshot.NameOf(entry), 0] : [.. directory, (byte)'/', .. snapshot.NameOf(entry), 0];
        var opened = root.Open(path);
        using var handle = opened.Handle;
        if (opened.Outcome != OpenOutcome.File || opened.Stat.Size > MaxBytes)
        {
            return null;
        }

        name = ShownName.Of(snapshot.NameOf(entry));
        var key = (Convert.ToHexString(path), opened.Stat);
        if (memory?.TryGetValue(key, out var kept) == true && kept is string html)
        {
            return html;
        }

        var bytes = new byte[opened.Stat.Size];
        var read = RandomAccess.Read(handle!, bytes, 0);
        html = Render(Encoding.UTF8.GetString(bytes, 0, read).TrimStart('\uFEFF'), name, directory);
        memory?.Set(key, html, new MemoryCacheEntryOptions { Size = 256 + (2L * html.Length), SlidingExpiration = Unused });
        return html.Length == 0 ? null : html;
    }

    private string Render(string text, string name, ReadOnlySpan<byte> directory)
    {
        try
        {
            return Markdown.ToHtml(text);
        }
        catch (ArgumentException error)
        {
            DirectoryIndexLog.ReadmeFailed(logger, name, ShownName.Of(directory), error.Message);
            return "";
        }
    }
}
