using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;

namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>A page that has everything a page can have, to try templates on.</summary>
internal static class SamplePage
{
    public static DirectoryIndexPage Create() => new()
    {
        Title = "Index of /sample/",
        Path = "/sample/",
        Breadcrumbs = [new DirectoryIndexLink { Name = "/", Href = "../" }, new DirectoryIndexLink { Name = "sample", Href = "./" }],
        ParentHref = "../",
        Columns =
        [
            new DirectoryIndexColumn { Sort = DirectoryIndexSort.Name, Href = "?order=desc", AriaSort = "ascending" },
            new DirectoryIndexColumn { Sort = DirectoryIndexSort.Size, Href = "?sort=size", AriaSort = null },
            new DirectoryIndexColumn { Sort = DirectoryIndexSort.Date, Href = "?sort=date", AriaSort = null },
        ],
        Entries =
        [
            Entry("directory", "directory/", null, ""),
            Entry("file.txt", "file.txt", 1024, "1.0 KiB"),
        ],
        DirectoryCount = 1,
        FileCount = 5,
        IsTruncated = true,
        PageNumber = 2,
        PageCount = 3,
        FirstHref = "./",
        PreviousHref = "./",
        NextHref = "?page=3",
        LastHref = "?page=3",
        Banner = "Banner",
        HeaderHtml = "<p>Header</p>",
        FooterHtml = "<p>Footer</p>",
        ReadmeName = "README.md",
        ReadmeHtml = "<p>Text</p>",
        Style = "body { color: inherit }",
        OwnStyle = "body { color: inherit }",
    };

    private static DirectoryIndexEntry Entry(string name, string href, long? size, string sizeText) => new()
    {
        Name = name,
        Href = href,
        IsDirectory = size is null,
        Size = size,
        SizeText = sizeText,
        Modified = DateTimeOffset.UnixEpoch,
    };
}
