namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

/// <summary>A column of the list.</summary>
/// <param name="Sort">What it sorts by.</param>
/// <param name="Href">Sorts by this column, or the other way round where it does already.</param>
/// <param name="AriaSort"><c>ascending</c> or <c>descending</c> where the list is sorted by it, otherwise null.</param>
public sealed record DirectoryIndexColumn(DirectoryIndexSort Sort, string Href, string? AriaSort);
