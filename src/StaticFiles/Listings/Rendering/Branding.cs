using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>What the operator puts around the list, and the policy that goes with it.</summary>
internal sealed class Branding
{
    private static readonly string BuiltInStyle = Resource("index.css");

    private readonly WatchedFile? _header;
    private readonly WatchedFile? _footer;
    private readonly WatchedFile? _css;
    private readonly string? _policy;
    private volatile Styled _styled;

    /// <summary>Reads the files.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="contentRoot">Where relative paths start.</param>
    /// <param name="logger">For files that cannot be read later.</param>
    public Branding(DirectoryIndexOptions options, string contentRoot, ILogger logger)
    {
        Options = options;
        _policy = options.ContentSecurityPolicy;
        _header = Open(options.HeaderFile);
        _footer = Open(options.FooterFile);
        _css = Open(options.CssFile, StyleProblem);
        _styled = Style();

        WatchedFile? Open(string? file, Func<string, string?>? findProblem = null)
            => string.IsNullOrEmpty(file) ? null : WatchedFile.Open(Path.GetFullPath(file, contentRoot), logger, findProblem);
    }

    public DirectoryIndexOptions Options { get; }

    public string? HeaderHtml => _header?.Text;

    public string? FooterHtml => _footer?.Text;

    /// <summary>The style sheets of this moment and the policy that allows them.</summary>
    public Styled Current => _styled;

    /// <summary>Takes up files that have changed.</summary>
    public void Refresh()
    {
        _header?.Refresh();
        _footer?.Refresh();
        if (_css is null)
        {
            return;
        }

        _css.Refresh();
        if (_css.Version != _styled.Version)
        {
            _styled = Style();
        }
    }

    /// <summary>Why a text cannot stand in a style element; null when it can.</summary>
    public static string? StyleProblem(string text) => text.Contains("</style", StringComparison.OrdinalIgnoreCase)
        ? "it contains '</style', which would end the page's style element"
        : null;

    /// <summary>An embedded text of this folder.</summary>
    public static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private Styled Style()
    {
        var own = _css?.Text;
        var whole = own is null ? BuiltInStyle : BuiltInStyle + "\n" + own;
        var hashes = own is null ? Hash(whole) : Hash(whole) + " " + Hash(own);
        return new Styled(
            _css?.Version ?? 0,
            whole,
            own,
            _policy ?? $"default-src 'none'; style-src {hashes}; img-src 'self'; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    }

    // Content Security Policy Level 3, section 2.3.1: of the element's text in UTF-8.
    private static string Hash(string style) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'";

    /// <summary>Style sheets and their policy.</summary>
    /// <param name="Version">Of the CSS file.</param>
    /// <param name="Whole">The built-in one and the operator's.</param>
    /// <param name="Own">The operator's alone.</param>
    /// <param name="Policy">Content-Security-Policy.</param>
    internal sealed record Styled(int Version, string Whole, string? Own, string Policy);
}
