namespace Aeronet.AspNetCore.StaticFiles.DirectoryIndex.Rendering;

/// <summary>A page that has everything a page can have, to try templates on.</summary>
internal static class SamplePage
{
    public static DirectoryIndexPage Create() => new()
    {
        Title = "Index of /sample/",
        Path = "/sample/",
        Breadcrumbs = [new DirectoryIndexLink("/", "../"), new DirectoryIndexLink("sample", "./")],
        ParentHref = "../",
        Columns =
        [
            new DirectoryIndexColumn(DirectoryIndexSort.Name, "?order=desc", "ascending"),
            new DirectoryIndexColumn(DirectoryIndexSort.Size, "?sort=size", null),
            new DirectoryIndexColumn(DirectoryIndexSort.Date, "?sort=date", null),
        ],
        Entries =
        [
            new DirectoryIndexEntry("directory", "directory/", true, null, "", DateTimeOffset.UnixEpoch),
            new DirectoryIndexEntry("file.txt", "file.txt", false, 1024, "1.0 KiB", DateTimeOffset.UnixEpoch),
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
}
