namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>What the entries of a directory are sorted by. Directories come first in any case.</summary>
public enum DirectoryIndexSort
{
    /// <summary>The name: digits by their value, ASCII letters without regard to case, other characters by code point.</summary>
    Name,

    /// <summary>The size in bytes, then the name.</summary>
    Size,

    /// <summary>The time of the last change of content, then the name.</summary>
    Date,
}
