namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>A column of the list.</summary>
public sealed class DirectoryIndexColumn
{
    /// <summary>What it sorts by.</summary>
    public required DirectoryIndexSort Sort { get; init; }

    /// <summary>Sorts by this column, or the other way round where it does already.</summary>
    public required string Href { get; init; }

    /// <summary><c>ascending</c> or <c>descending</c> where the list is sorted by it, otherwise null.</summary>
    public required string? AriaSort { get; init; }
}
