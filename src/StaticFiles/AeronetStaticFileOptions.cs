using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

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
    /// <remarks>
    /// Defaults to <see langword="null"/>: the application's web root (<c>wwwroot</c>), with whatever else its <c>WebRootFileProvider</c> has, such
    /// as the assets of Razor class libraries in Development.
    /// </remarks>
    public string? Root { get; set; }

    /// <summary>Where files come from instead of <see cref="Root"/>. Only in code.</summary>
    /// <remarks>
    /// Defaults to <see langword="null"/>. The provider decides what lies beneath it: <see cref="Symlinks"/> has no effect. Files that have
    /// no path (embedded resources) are copied to an unnamed temporary file when they are opened.
    /// </remarks>
    public IFileProvider? FileProvider { get; set; }

    /// <summary>
    /// The request path the root appears under, for example <c>/files</c>: empty, or starting with a slash and not ending
    /// with one. Compared without regard to case.
    /// </summary>
    /// <remarks>Defaults to the empty string: the whole site.</remarks>
    public string RequestPath { get; set; } = "";

    /// <summary>Names of the files served for a directory, in order of preference. Plain names, without slashes.</summary>
    /// <remarks>Defaults to <c>index.html</c>. Configuration replaces the list instead of adding to it.</remarks>
    public IList<string> DefaultDocuments { get; set; } = ["index.html"];

    /// <summary>
    /// The file, relative to the root, that answers GET and HEAD for what is not there, with 200: the page of an application that routes
    /// in the browser. Not for paths whose last component has a dot, which name files. Before <c>UseRouting</c> it answers for endpoints, too.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: such requests go on to the next middleware.</remarks>
    public string? FallbackDocument { get; set; }

    /// <summary>Whether files whose extension has no known content type are served, as <see cref="DefaultContentType"/>.</summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool ServeUnknownFileTypes { get; set; } = true;

    /// <summary>Content type of files whose extension is not known.</summary>
    /// <remarks>Defaults to <c>application/octet-stream</c>.</remarks>
    public string DefaultContentType { get; set; } = "application/octet-stream";

    /// <summary>Content types by extension, for example <c>.md</c>: <c>text/markdown</c>. They come before the framework's own list.</summary>
    /// <remarks>Defaults to none.</remarks>
    public IDictionary<string, string> ContentTypes { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The <c>charset</c> parameter added to <c>text/*</c> content types that have none; null or empty adds none.</summary>
    /// <remarks>Defaults to <c>utf-8</c>.</remarks>
    public string? TextCharset { get; set; } = "utf-8";

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

    /// <summary>The field for files whose path matches a pattern; the first rule that matches decides.</summary>
    /// <remarks>Defaults to none. Configuration replaces the list.</remarks>
    public IList<CacheControlRule> CacheControlRules { get; set; } = [];

    /// <summary>
    /// Whether files whose name holds a hash, such as <c>app.3f2a9c1b.js</c>, get <c>public, max-age=31536000, immutable</c> (RFC 8246) unless
    /// a rule says otherwise.
    /// </summary>
    /// <remarks>
    /// Defaults to <see langword="false"/>. What looks like a hash is a guess: a part of the name with the length of a hash and as much chance in
    /// it, which dates, versions and words have not, nor every short hash. A rule is certain.
    /// </remarks>
    public bool ImmutableFingerprints { get; set; }

    /// <summary>What entity tags are made of.</summary>
    /// <remarks>Defaults to <see cref="EntityTagSource.FileMetadata"/>.</remarks>
    public EntityTagSource EntityTags { get; set; } = EntityTagSource.FileMetadata;

    /// <summary>
    /// Content codings whose files are looked for beside the one asked for, the most liked first: <c>br</c> (name.br), <c>zstd</c>
    /// (name.zst), <c>gzip</c> (name.gz). One that is older than the original is ignored.
    /// </summary>
    /// <remarks>Defaults to none. Each one found takes a descriptor more.</remarks>
    public IList<string> Precompressed { get; set; } = [];

    /// <summary>
    /// The most ranges one request may ask for, before those that overlap are joined; 1 to 256. What happens to a request for more,
    /// <see cref="ExcessRanges"/> says.
    /// </summary>
    /// <remarks>Defaults to 16.</remarks>
    public int MaxRanges { get; set; } = 16;

    /// <summary>
    /// Two ranges with at most this many bytes between them are sent as one part with those bytes; 0 to 1 GiB. 0 joins only those that
    /// overlap or touch.
    /// </summary>
    /// <remarks>Defaults to 80: about what another part costs (RFC 9110 section 15.3.7.2).</remarks>
    public long RangeGap { get; set; } = 80;

    /// <summary>What a request for more than <see cref="MaxRanges"/> ranges gets.</summary>
    /// <remarks>Defaults to <see cref="ExcessRangePolicy.WholeFile"/>.</remarks>
    public ExcessRangePolicy ExcessRanges { get; set; } = ExcessRangePolicy.WholeFile;

    /// <summary>The most files kept open between requests, each one descriptor; 0 to 65536, 0 opens the file for every request.</summary>
    /// <remarks>Defaults to 256. A file that nobody asks for again is closed within 20 seconds.</remarks>
    public int OpenFileCacheSize { get; set; } = 256;

    /// <summary>
    /// How long a name is taken to lead to the open file that it led to before; 0 to 1 hour. Size, times and the
    /// removal of the file itself are looked at for every request whatever this value is.
    /// </summary>
    /// <remarks>Defaults to 1 s.</remarks>
    public TimeSpan OpenFileCacheMaxAge { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether the directories of files that are kept open are watched (inotify(7), Linux), so that a renamed directory or a swapped
    /// link is noticed when it happens and not after <see cref="OpenFileCacheMaxAge"/>. That stays the bound where the kernel is not told:
    /// network file systems changed by other machines, and what links lead to by other directories.
    /// </summary>
    /// <remarks>Defaults to <see langword="true"/>. At most 4096 directories of a mount.</remarks>
    public bool WatchDirectories { get; set; } = true;

    /// <summary>Called when the fields of a response with a file (200, 206, 304) are set and nothing is sent yet. Only in code.</summary>
    /// <remarks>Defaults to <see langword="null"/>.</remarks>
    public Action<StaticFileResponse>? OnPrepareResponse { get; set; }

    /// <summary>How directories without a default document are listed.</summary>
    /// <remarks>Defaults to not at all.</remarks>
    public DirectoryIndexOptions DirectoryIndex { get; set; } = new();

    /// <summary>The options that configuration has, for each mount; those of the section alone where it has no list of mounts.</summary>
    /// <param name="configuration">The application's configuration.</param>
    /// <returns>What <c>UseAeronetStaticFiles()</c> begins with: neither changed in code nor validated.</returns>
    /// <exception cref="OptionsValidationException">A key does not exist, or a value cannot be read.</exception>
    public static IReadOnlyList<AeronetStaticFileOptions> FromConfiguration(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return [.. StaticFileOptionsBinder.MountsOf(configuration).DefaultIfEmpty().Select(mount => FromConfiguration(configuration, mount))];
    }

    /// <summary>The options of the section, and on top of them those of another one, as a mount has them.</summary>
    /// <param name="configuration">The application's configuration.</param>
    /// <param name="mount">A section with the keys of a mount; null for none.</param>
    /// <returns>Options that are neither changed in code nor validated.</returns>
    /// <exception cref="OptionsValidationException">A key does not exist, or a value cannot be read.</exception>
    public static AeronetStaticFileOptions FromConfiguration(IConfiguration configuration, IConfigurationSection? mount)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new AeronetStaticFileOptions();
        new StaticFileOptionsBinder(configuration, mount).Configure(options);
        return options;
    }
}
