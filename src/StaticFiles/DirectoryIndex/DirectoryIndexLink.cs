namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>A link of the page.</summary>
public sealed class DirectoryIndexLink
{
    /// <summary>Its text.</summary>
    public required string Name { get; init; }

    /// <summary>A relative reference (RFC 3986 section 4.2), percent-encoded.</summary>
    public required string Href { get; init; }
}
