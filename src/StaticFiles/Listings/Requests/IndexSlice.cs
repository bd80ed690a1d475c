using Aeronet.AspNetCore.StaticFiles.Files.Directories;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Requests;

/// <summary>The part of a snapshot that a query asks for.</summary>
internal sealed class IndexSlice
{
    private readonly int _limit;

    public IndexSlice(DirectorySnapshot snapshot, in IndexQuery query, int defaultLimit, int maxLimit)
    {
        Snapshot = snapshot;
        _limit = Math.Min(query.Limit ?? defaultLimit, maxLimit);
        PageCount = Math.Max(1, (int)(((long)snapshot.Count + _limit - 1) / _limit));

        // A page that is no more, since files were deleted: the last one.
        Query = query with { Page = Math.Min(query.Page, PageCount) };
    }

    public DirectorySnapshot Snapshot { get; }

    /// <summary>The query, its page being one that there is.</summary>
    public IndexQuery Query { get; }

    public int PageCount { get; }

    /// <summary>Position of the first entry in the order.</summary>
    public int Start => (Query.Page - 1) * _limit;

    /// <summary>Entries on this page.</summary>
    public int Count => Math.Min(_limit, Snapshot.Count - Start);

    public string? FirstHref => Query.Page > 1 ? HrefOf(1) : null;

    public string? PreviousHref => Query.Page > 1 ? HrefOf(Query.Page - 1) : null;

    public string? NextHref => Query.Page < PageCount ? HrefOf(Query.Page + 1) : null;

    public string? LastHref => Query.Page < PageCount ? HrefOf(PageCount) : null;

    /// <summary>Entry number <paramref name="index"/> of the page.</summary>
    public ref readonly SnapshotEntry this[int index] => ref Snapshot.At(Query.Sort, Query.Descending, Start + index);

    /// <summary>The same page count, another page.</summary>
    private string HrefOf(int page) => (Query with { Page = page }).ToHref();
}
