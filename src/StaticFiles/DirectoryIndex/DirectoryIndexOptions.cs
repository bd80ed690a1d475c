namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>
/// Options of the listing of directories that have no default document: the section <c>DirectoryIndex</c> of the mount's
/// section. Paths of files are relative to the application's content root, and every file is read again when it changes.
/// </summary>
public sealed class DirectoryIndexOptions
{
    private IDirectoryIndexRenderer? _renderer;

    /// <summary>Whether directories are listed.</summary>
    /// <remarks>Defaults to <see langword="false"/>: a directory without a default document is not found.</remarks>
    public bool Enabled { get; set; }

    /// <summary>Entries on an HTML page; 1 to 10000. Clients may ask for up to 1000 by <c>limit</c>; JSON and text have 10000.</summary>
    /// <remarks>Defaults to 200.</remarks>
    public int PageSize { get; set; } = 200;

    /// <summary>The most entries of one directory that are listed, on all pages together; 1 to 1,000,000.</summary>
    /// <remarks>
    /// Defaults to 200,000. A larger directory is listed in part, with a notice and the field
    /// <c>x-directory-listing-truncated: 1</c>. Each entry takes about 36 bytes and its name while the directory is cached.
    /// </remarks>
    public int MaxEntries { get; set; } = 200_000;

    /// <summary>Memory for directories that were read and texts that were rendered, bytes; 0 to 1 GiB, 0 reads for every request.</summary>
    /// <remarks>Defaults to 64 MiB.</remarks>
    public long CacheSize { get; set; } = 64L << 20;

    /// <summary>
    /// How long sizes and dates are taken to be what they were; 0 to 1 hour. Names that come and go are noticed at once by the
    /// directory's own change time, except that a directory which takes more than 50 ms to read is read at most one
    /// tenth of the time.
    /// </summary>
    /// <remarks>Defaults to 2 s.</remarks>
    public TimeSpan CacheMaxAge { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether <c>README.md</c> (in any case) is rendered below the list. Larger ones than 128 KiB, and those that take longer than a second,
    /// are not.
    /// </summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool Readme { get; set; } = true;

    /// <summary>The site's name, put before the path in the page's title.</summary>
    /// <remarks>Defaults to <see langword="null"/>: "Index of" and the path.</remarks>
    public string? Title { get; set; }

    /// <summary>A text above the page, for example a security banner.</summary>
    /// <remarks>Defaults to <see langword="null"/>: none.</remarks>
    public string? Banner { get; set; }

    /// <summary>A file with HTML for the top of the page, at most 1 MiB. Taken as it is; the content security policy allows no script in it.</summary>
    /// <remarks>Defaults to <see langword="null"/>: none.</remarks>
    public string? HeaderFile { get; set; }

    /// <summary>A file with HTML for the bottom of the page, at most 1 MiB. Taken as it is; the content security policy allows no script in it.</summary>
    /// <remarks>Defaults to <see langword="null"/>: none.</remarks>
    public string? FooterFile { get; set; }

    /// <summary>A style sheet, at most 1 MiB, that follows the built-in one.</summary>
    /// <remarks>Defaults to <see langword="null"/>: none.</remarks>
    public string? CssFile { get; set; }

    /// <summary>
    /// A Liquid template, at most 1 MiB, in place of the built-in page; what is put into it is HTML-encoded. An error in it is one
    /// at start; later the built-in page is sent and the error logged.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: the built-in page.</remarks>
    public string? TemplateFile { get; set; }

    /// <summary>Value of the <c>Content-Security-Policy</c> field of HTML pages.</summary>
    /// <remarks>
    /// Defaults to <see langword="null"/>: nothing but the page's own style sheet, by its hash, and images of the same site; no
    /// script, no frame around it.
    /// </remarks>
    public string? ContentSecurityPolicy { get; set; }

    /// <summary>Writes the HTML in place of the built-in page and of <see cref="TemplateFile"/>.</summary>
    /// <param name="renderer">Used by several requests at once.</param>
    public void UseRenderer(IDirectoryIndexRenderer renderer)
    {
        ArgumentNullException.ThrowIfNull(renderer);
        _renderer = renderer;
    }

    /// <summary>What <see cref="UseRenderer"/> was given. No property of the public kind: configuration could not bind it.</summary>
    internal IDirectoryIndexRenderer? GetRenderer() => _renderer;
}
