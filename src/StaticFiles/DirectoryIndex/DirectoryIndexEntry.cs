namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>A file or directory in the list.</summary>
public sealed class DirectoryIndexEntry
{
    /// <summary>
    /// The name to show: bytes that are no UTF-8 and control characters are written <c>\xFF</c>, characters that are invisible or turn
    /// the direction of text <c>\u{202E}</c>. No listed name has a backslash of its own.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The relative reference that leads to it, percent-encoded byte for byte; ends with a slash for a directory.</summary>
    public required string Href { get; init; }

    /// <summary>Whether it is a directory.</summary>
    public required bool IsDirectory { get; init; }

    /// <summary>Bytes; null for a directory.</summary>
    public required long? Size { get; init; }

    /// <summary>The size for people, such as <c>1.5 MiB</c>; empty for a directory.</summary>
    public required string SizeText { get; init; }

    /// <summary>The last change of content, UTC.</summary>
    public required DateTimeOffset Modified { get; init; }
}
