using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>RFC 9110 section 13. In the cases, TAG stands for the file's entity tag and the file is of <see cref="Modified"/>.</summary>
public sealed class ConditionalTests
{
    private const string Modified = "Thu, 29 Feb 2024 12:34:56 GMT";
    private const string Before = "Thu, 29 Feb 2024 12:34:55 GMT";
    private const string After = "Thu, 29 Feb 2024 12:34:57 GMT";

    [Theory]
    // Section 13.1.1, If-Match: strong comparison.
    [EachServer(200, "If-Match: TAG")]
    [EachServer(200, "If-Match: *")]
    [EachServer(200, "If-Match: \"x,y\", TAG")]
    [EachServer(412, "If-Match: \"other\"")]
    [EachServer(412, "If-Match: W/TAG")]
    [EachServer(412, "If-Match: nonsense")]
    // Section 13.1.2, If-None-Match: weak comparison, lists, *.
    [EachServer(304, "If-None-Match: TAG")]
    [EachServer(304, "If-None-Match: W/TAG")]
    [EachServer(304, "If-None-Match: *")]
    [EachServer(304, "If-None-Match: \"a\", W/\"b,c\" ,,TAG")]
    [EachServer(200, "If-None-Match: \"other\"")]
    [EachServer(200, "If-None-Match: nonsense TAG")]
    [EachServer(200, "If-None-Match: \"unterminated")]
    // Section 13.1.3, If-Modified-Since.
    [EachServer(304, "If-Modified-Since: " + Modified)]
    [EachServer(304, "If-Modified-Since: " + After)]
    [EachServer(200, "If-Modified-Since: " + Before)]
    [EachServer(200, "If-Modified-Since: yesterday")]
    [EachServer(200, "If-Modified-Since: 2024-02-29T12:34:57Z")]
    // Section 5.6.7: both obsolete forms of a date.
    [EachServer(304, "If-Modified-Since: Thursday, 29-Feb-24 12:34:56 GMT")]
    [EachServer(304, "If-Modified-Since: Fri Mar  1 00:00:00 2024")]
    [EachServer(200, "If-Modified-Since: Wed Feb 28 00:00:00 2024")]
    // Section 13.1.4, If-Unmodified-Since.
    [EachServer(200, "If-Unmodified-Since: " + Modified)]
    [EachServer(200, "If-Unmodified-Since: " + After)]
    [EachServer(412, "If-Unmodified-Since: " + Before)]
    [EachServer(200, "If-Unmodified-Since: yesterday")]
    // Section 13.2.2, precedence: If-Match over If-Unmodified-Since, If-None-Match over If-Modified-Since, 412 before 304.
    [EachServer(200, "If-Match: TAG", "If-Unmodified-Since: " + Before)]
    [EachServer(412, "If-Match: \"other\"", "If-Unmodified-Since: " + After)]
    [EachServer(304, "If-None-Match: TAG", "If-Modified-Since: " + Before)]
    [EachServer(200, "If-None-Match: \"other\"", "If-Modified-Since: " + After)]
    [EachServer(412, "If-Match: \"other\"", "If-None-Match: TAG")]
    [EachServer(304, "If-Match: TAG", "If-None-Match: TAG")]
    [EachServer(412, "If-Unmodified-Since: " + Before, "If-None-Match: TAG")]
    // Preconditions come before Range.
    [EachServer(304, "If-None-Match: TAG", "Range: bytes=0-1")]
    [EachServer(412, "If-Match: \"other\"", "Range: bytes=0-1")]
    [EachServer(304, "If-None-Match: TAG", "Range: bytes=99-")]
    public async Task Get_Preconditions_StatusByRfc9110(ServerKind server, int status, params string[] headers)
    {
        await using var site = await TestSite.StartAsync(server);
        File.SetLastWriteTimeUtc(site.Write("file.txt", "hello"), new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc));
        var tag = (await site.GetAsync("/file.txt"))["ETag"];
        headers = [.. headers.Select(h => h.Replace("TAG", tag, StringComparison.Ordinal))];

        var get = await site.GetAsync("/file.txt", headers);
        var head = await site.SendAsync(HttpMethod.Head, "/file.txt", headers);

        Assert.Equal(status, get.Status);
        Assert.Equal(status, head.Status);
        Assert.Equal(status == 200 ? "hello" : "", get.Text);
        Assert.Empty(head.Body);
    }

    // Section 15.4.5: what a 304 must have of the 200, and no representation metadata beyond it.
    [Theory, EachServer]
    public async Task Get_NotModified_TagAndNoRepresentationFields(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.txt", "hello");
        var tag = (await site.GetAsync("/file.txt"))["ETag"]!;

        var answer = await site.GetAsync("/file.txt", $"If-None-Match: {tag}");

        Assert.Equal(tag, answer["ETag"]);
        Assert.Null(answer["Content-Type"]);
        Assert.Null(answer["Content-Range"]);
        Assert.Null(answer["Last-Modified"]);
        Assert.Null(answer["Transfer-Encoding"]);
    }

    // Section 13.2.1: no preconditions where the answer would not be a success anyway.
    [Theory, EachServer]
    public async Task Post_Preconditions_405(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.txt", "hello");

        Assert.Equal(405, (await site.SendAsync(HttpMethod.Post, "/file.txt", "If-Match: \"other\"")).Status);
    }

    // Section 8.8.2.1: Last-Modified is never later than Date.
    [Theory, EachServer]
    public async Task Get_FileOfTheFuture_LastModifiedIsNotLaterThanDate(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        File.SetLastWriteTimeUtc(site.Write("file.txt", "hello"), DateTime.UtcNow.AddYears(1));

        var answer = await site.GetAsync("/file.txt");

        Assert.True(DateTimeOffset.Parse(answer["Last-Modified"]!) <= DateTimeOffset.UtcNow);
    }

    [Theory, EachServer]
    public async Task Get_FileOfBefore1970_Served(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        File.SetLastWriteTimeUtc(site.Write("file.txt", "hello"), new DateTime(1960, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var answer = await site.GetAsync("/file.txt");

        Assert.Equal("hello", answer.Text);
        Assert.Null(answer["Last-Modified"]);
    }
}
