namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>One page of a directory's list, as a renderer gets it. Texts are not HTML-encoded unless their names end with <c>Html</c>.</summary>
public sealed class DirectoryIndexPage
{
    /// <summary>The page's title.</summary>
    public required string Title { get; init; }

    /// <summary>The directory's path as clients see it, to be shown; ends with a slash.</summary>
    public required string Path { get; init; }

    /// <summary>The way from the mount to this directory, both included.</summary>
    public required IReadOnlyList<DirectoryIndexLink> Breadcrumbs { get; init; }

    /// <summary>The directory above; null at the mount.</summary>
    public required string? ParentHref { get; init; }

    /// <summary>The columns in the order name, size, date.</summary>
    public required IReadOnlyList<DirectoryIndexColumn> Columns { get; init; }

    /// <summary>The entries of this page, sorted.</summary>
    public required IReadOnlyList<DirectoryIndexEntry> Entries { get; init; }

    /// <summary>Directories on all pages.</summary>
    public required int DirectoryCount { get; init; }

    /// <summary>Files on all pages.</summary>
    public required int FileCount { get; init; }

    /// <summary>Whether the directory has more entries than are listed (<see cref="DirectoryIndexOptions.MaxEntries"/>).</summary>
    public required bool IsTruncated { get; init; }

    /// <summary>The number of this page, from 1.</summary>
    public required int PageNumber { get; init; }

    /// <summary>How many pages there are, at least 1.</summary>
    public required int PageCount { get; init; }

    /// <summary>The first page; null on it.</summary>
    public required string? FirstHref { get; init; }

    /// <summary>The page before; null on the first.</summary>
    public required string? PreviousHref { get; init; }

    /// <summary>The page after; null on the last.</summary>
    public required string? NextHref { get; init; }

    /// <summary>The last page; null on it.</summary>
    public required string? LastHref { get; init; }

    /// <summary><see cref="DirectoryIndexOptions.Banner"/>.</summary>
    public required string? Banner { get; init; }

    /// <summary>Content of <see cref="DirectoryIndexOptions.HeaderFile"/>, to be put in as it is.</summary>
    public required string? HeaderHtml { get; init; }

    /// <summary>Content of <see cref="DirectoryIndexOptions.FooterFile"/>, to be put in as it is.</summary>
    public required string? FooterHtml { get; init; }

    /// <summary>The name of the file that <see cref="ReadmeHtml"/> was made from, to be shown; null without one.</summary>
    public required string? ReadmeName { get; init; }

    /// <summary>The rendered README.md on the first page, without raw HTML and dangerous links; null without one.</summary>
    public required string? ReadmeHtml { get; init; }

    /// <summary>
    /// The built-in style sheet with that of <see cref="DirectoryIndexOptions.CssFile"/> behind it. Goes between
    /// <c>&lt;style&gt;</c> and <c>&lt;/style&gt;</c> as it is, without a character more: the policy allows it by its hash.
    /// </summary>
    public required string Style { get; init; }

    /// <summary>The style sheet of <see cref="DirectoryIndexOptions.CssFile"/> alone, allowed in the same way; null without one.</summary>
    public required string? OwnStyle { get; init; }
}
