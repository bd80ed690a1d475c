namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>A link of the page.</summary>
/// <param name="Name">Its text.</param>
/// <param name="Href">A relative reference (RFC 3986 section 4.2), percent-encoded.</param>
public sealed record DirectoryIndexLink(string Name, string Href);
