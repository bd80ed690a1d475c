namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>A file or directory in the list.</summary>
/// <param name="Name">
/// The name to show: bytes that are no UTF-8 and control characters are written <c>\xFF</c>, characters that are invisible or turn
/// the direction of text <c>\u{202E}</c>. No listed name has a backslash of its own.
/// </param>
/// <param name="Href">The relative reference that leads to it, percent-encoded byte for byte; ends with a slash for a directory.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
/// <param name="Size">Bytes; null for a directory.</param>
/// <param name="SizeText">The size for people, such as <c>1.5 MiB</c>; empty for a directory.</param>
/// <param name="Modified">The last change of content, UTC.</param>
public sealed record DirectoryIndexEntry(
    string Name, string Href, bool IsDirectory, long? Size, string SizeText, DateTimeOffset Modified);
