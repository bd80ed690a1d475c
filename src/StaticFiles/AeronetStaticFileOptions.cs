using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

namespace Aeronet.AspNetCore.StaticFiles;

/// <summary>
/// Options of one static file mount. Unless given to <c>UseAeronetStaticFiles</c> as a whole, bound from the
/// configuration section <c>Aeronet:StaticFiles</c>, then changed in code, then validated when the application starts.
/// </summary>
public sealed class AeronetStaticFileOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:StaticFiles";

    /// <summary>The directory to serve. A relative path starts at the application's content root.</summary>
    /// <remarks>Defaults to <see langword="null"/>: the application's web root (<c>wwwroot</c>).</remarks>
    public string? Root { get; set; }

    /// <summary>
    /// The request path the root appears under, for example <c>/files</c>: empty, or starting with a slash and not ending
    /// with one. Compared without regard to case.
    /// </summary>
    /// <remarks>Defaults to the empty string: the whole site.</remarks>
    public string RequestPath { get; set; } = "";

    /// <summary>Names of the files served for a directory, in order of preference. Plain names, without slashes.</summary>
    /// <remarks>Defaults to <c>index.html</c>. Configuration replaces the list instead of adding to it.</remarks>
    public IList<string> DefaultDocuments { get; set; } = ["index.html"];

    /// <summary>Whether files whose extension has no known content type are served, as <see cref="DefaultContentType"/>.</summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool ServeUnknownFileTypes { get; set; } = true;

    /// <summary>Content type of files whose extension is not known.</summary>
    /// <remarks>Defaults to <c>application/octet-stream</c>.</remarks>
    public string DefaultContentType { get; set; } = "application/octet-stream";

    /// <summary>Whether files and directories whose name begins with a dot are served.</summary>
    /// <remarks>Defaults to <see langword="false"/>; <c>.well-known</c> (RFC 8615) directly below the mount is always served.</remarks>
    public bool ServeHidden { get; set; }

    /// <summary>What happens when a component of a requested path is a symbolic link.</summary>
    /// <remarks>Defaults to <see cref="SymlinkPolicy.InsideRoot"/>.</remarks>
    public SymlinkPolicy Symlinks { get; set; } = SymlinkPolicy.InsideRoot;

    /// <summary>
    /// Value of the <c>Cache-Control</c> field (RFC 9111 section 5.2) of responses 200, 206 and 304, for example
    /// <c>public, max-age=3600</c>.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: no such field is sent.</remarks>
    public string? CacheControl { get; set; }

    /// <summary>The most files kept open between requests, each one descriptor; 0 to 65536, 0 opens the file for every request.</summary>
    /// <remarks>Defaults to 256. A file that nobody asks for again is closed within 20 seconds.</remarks>
    public int OpenFileCacheSize { get; set; } = 256;

    /// <summary>
    /// How long a name is taken to lead to the open file that it led to before; 0 to 1 hour. Size, modification time and the
    /// removal of the file itself are looked at for every request whatever this value is.
    /// </summary>
    /// <remarks>Defaults to 1 s.</remarks>
    public TimeSpan OpenFileCacheMaxAge { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How directories without a default document are listed.</summary>
    /// <remarks>Defaults to not at all.</remarks>
    public DirectoryIndexOptions DirectoryIndex { get; set; } = new();
}
