using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.StaticFiles;

namespace Aeronet.AspNetCore.StaticFiles.Files;

/// <summary>Content types by file name extension: the framework's list, changed by the options.</summary>
internal sealed class ContentTypeMap
{
    private readonly FileExtensionContentTypeProvider _types = new();
    private readonly string? _default;

    public ContentTypeMap(AeronetStaticFileOptions options)
    {
        foreach (var (extension, type) in options.ContentTypes ?? new Dictionary<string, string>())
        {
            _types.Mappings[extension] = type;
        }

        foreach (var (extension, type) in _types.Mappings.ToArray())
        {
            _types.Mappings[extension] = WithCharset(type, options.TextCharset);
        }

        _default = options.ServeUnknownFileTypes ? WithCharset(options.DefaultContentType, options.TextCharset) : null;
    }

    /// <summary>The content type of a file; false when its extension is not known and such files are not served.</summary>
    public bool TryGet(string path, [NotNullWhen(true)] out string? contentType)
    {
        if (!_types.TryGetContentType(path, out contentType))
        {
            contentType = _default;
        }

        return contentType is not null;
    }

    // RFC 2046 section 4.1.2: of the registered types, text/* have the parameter; JSON and XML say it themselves.
    private static string WithCharset(string type, string? charset)
        => string.IsNullOrEmpty(charset)
            || !type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || type.Contains("charset=", StringComparison.OrdinalIgnoreCase)
                ? type
                : $"{type}; charset={charset}";
}
