using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Listings.Requests;
using Aeronet.AspNetCore.StaticFiles.Names;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>Puts together what a renderer writes.</summary>
internal static class PageFactory
{
    /// <summary>Makes the page.</summary>
    /// <param name="slice">The entries.</param>
    /// <param name="mount">The path of the mount as clients see it, decoded, without a slash at the end.</param>
    /// <param name="directory">The directory below the mount, without slashes at its ends.</param>
    /// <param name="branding">What is around the list.</param>
    /// <param name="style">The style sheets, and the policy that the answer will have.</param>
    /// <param name="readme">The file's name and its HTML, or nulls.</param>
    public static DirectoryIndexPage Create(
        IndexSlice slice,
        string mount,
        ReadOnlySpan<byte> directory,
        Branding branding,
        Branding.Styled style,
        (string? Name, string? Html) readme)
    {
        var breadcrumbs = Breadcrumbs(mount, directory);
        var path = ShownPath(breadcrumbs);
        var options = branding.Options;
        return new DirectoryIndexPage
        {
            Title = string.IsNullOrEmpty(options.Title) ? "Index of " + path : $"{options.Title}: {path}",
            Path = path,
            Breadcrumbs = breadcrumbs,
            ParentHref = directory.IsEmpty ? null : "../",
            Columns = [.. Enum.GetValues<DirectoryIndexSort>().Select(sort => Column(slice.Query, sort))],
            Entries = Entries(slice),
            DirectoryCount = slice.Snapshot.DirectoryCount,
            FileCount = slice.Snapshot.Count - slice.Snapshot.DirectoryCount,
            IsTruncated = slice.Snapshot.IsTruncated,
            PageNumber = slice.Query.Page,
            PageCount = slice.PageCount,
            FirstHref = slice.FirstHref,
            PreviousHref = slice.PreviousHref,
            NextHref = slice.NextHref,
            LastHref = slice.LastHref,
            Banner = string.IsNullOrEmpty(options.Banner) ? null : options.Banner,
            HeaderHtml = branding.HeaderHtml,
            FooterHtml = branding.FooterHtml,
            ReadmeName = readme.Name,
            ReadmeHtml = readme.Html,
            Style = style.Whole,
            OwnStyle = style.Own,
        };
    }

    /// <summary>The way from the mount to the directory, by names to be shown.</summary>
    public static List<DirectoryIndexLink> Breadcrumbs(string mount, ReadOnlySpan<byte> directory)
    {
        var names = new List<string>();
        foreach (var range in directory.Split((byte)'/'))
        {
            if (!directory[range].IsEmpty)
            {
                names.Add(ShownName.Of(directory[range]));
            }
        }

        // Relative, so that they hold behind a proxy that maps paths.
        var links = new List<DirectoryIndexLink> { new() { Name = mount + "/", Href = Up(names.Count) } };
        for (var i = 0; i < names.Count; i++)
        {
            links.Add(new DirectoryIndexLink { Name = names[i], Href = Up(names.Count - 1 - i) });
        }

        return links;
    }

    /// <summary>The path that breadcrumbs spell.</summary>
    public static string ShownPath(List<DirectoryIndexLink> breadcrumbs)
        => breadcrumbs[0].Name + string.Concat(breadcrumbs.Skip(1).Select(static link => link.Name + "/"));

    private static string Up(int levels) => levels == 0 ? "./" : string.Concat(Enumerable.Repeat("../", levels));

    private static DirectoryIndexColumn Column(in IndexQuery query, DirectoryIndexSort sort)
    {
        var isCurrent = query.Sort == sort;
        var href = (query with { Sort = sort, Descending = isCurrent && !query.Descending, Page = 1 }).ToHref();
        return new DirectoryIndexColumn
        {
            Sort = sort,
            Href = href,
            AriaSort = !isCurrent ? null : query.Descending ? "descending" : "ascending",
        };
    }

    private static DirectoryIndexEntry[] Entries(IndexSlice slice)
    {
        var entries = new DirectoryIndexEntry[slice.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            ref readonly var entry = ref slice[i];
            var name = slice.Snapshot.NameOf(entry);
            entries[i] = new DirectoryIndexEntry
            {
                Name = ShownName.Of(name),
                Href = HrefName.OfEntry(name, entry.IsDirectory),
                IsDirectory = entry.IsDirectory,
                Size = entry.IsDirectory ? null : entry.Size,
                SizeText = entry.IsDirectory ? "" : ShownSize.Of(entry.Size),
                Modified = DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedSeconds),
            };
        }

        return entries;
    }
}
