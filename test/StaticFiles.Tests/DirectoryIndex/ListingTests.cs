using System.Text.Json;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

public sealed class ListingTests
{
    [Theory, EachServer]
    public async Task Get_NotEnabled_PassedOn(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("dir/file.txt", "x");

        Assert.True((await site.GetAsync("/")).WasPassedOn);
        Assert.True((await site.GetAsync("/dir/")).WasPassedOn);
    }

    [Theory, EachServer]
    public async Task Get_Directory_HtmlWithHeaders(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        site.Write("dir/file.txt", "12345");
        Directory.CreateDirectory(site.PathOf("dir/sub"));
        File.SetLastWriteTimeUtc(site.PathOf("dir/file.txt"), new DateTime(2024, 2, 29, 13, 14, 15, DateTimeKind.Utc));

        var answer = await site.GetAsync("/dir/");

        Assert.Equal(200, answer.Status);
        Assert.Equal("text/html; charset=utf-8", answer["Content-Type"]);
        Assert.Equal("nosniff", answer["X-Content-Type-Options"]);
        Assert.Equal("no-referrer", answer["Referrer-Policy"]);
        Assert.Equal("Accept", answer["Vary"]);
        Assert.Equal("no-cache", answer["Cache-Control"]);
        Assert.Matches("^\"[0-9a-f]{32}\"$", answer["ETag"]);
        Assert.Equal(answer.Body.Length.ToString(), answer["Content-Length"]);
        Assert.Null(answer["Last-Modified"]);
        Assert.Null(answer["x-directory-listing-truncated"]);
        Assert.Contains("<title>Index of /dir/</title>", answer.Text);
        Assert.Contains("""<a href="file.txt">""", answer.Text);
        Assert.Contains("""<data value="5">5 B</data>""", answer.Text);
        Assert.Contains("""<time datetime="2024-02-29T13:14:15Z">2024-02-29<span class="time"> 13:14</span></time>""", answer.Text);
        Assert.Contains("""<a href="sub/">""", answer.Text);
        Assert.Contains("""<a href="../">""", answer.Text);
        Assert.DoesNotContain("<script", answer.Text);
    }

    [Theory, EachServer]
    public async Task Get_Directory_PolicyForbidsScriptAndFrames(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);

        var html = (await site.GetAsync("/"))["Content-Security-Policy"];
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", html);
        Assert.Contains("frame-ancestors 'none'", html);
        Assert.DoesNotContain("unsafe", html);
        Assert.DoesNotContain("script-src", html);
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", (await site.GetAsync("/?format=json"))["Content-Security-Policy"]);
        Assert.Equal("nosniff", (await site.GetAsync("/?format=text"))["X-Content-Type-Options"]);
    }

    [Theory, EachServer]
    public async Task Get_Json_AsTheSchemaSays(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        site.Write("a.txt", "12345");
        Directory.CreateDirectory(site.PathOf("sub"));
        File.SetLastWriteTimeUtc(site.PathOf("a.txt"), DateTime.UnixEpoch);
        File.SetLastWriteTimeUtc(site.PathOf("sub"), DateTime.UnixEpoch);

        var answer = await site.GetAsync("/", "Accept: application/json");

        Assert.Equal("application/json", answer["Content-Type"]);
        Assert.Equal(
            """
            {"path":"/","sort":"name","order":"asc","page":1,"pages":1,"total":2,"truncated":false,"next":null,"entries":[
            {"name":"sub","href":"sub/","type":"directory","size":null,"modified":"1970-01-01T00:00:00Z"},
            {"name":"a.txt","href":"a.txt","type":"file","size":5,"modified":"1970-01-01T00:00:00Z"}]}
            """.ReplaceLineEndings(""),
            answer.Text);
    }

    [Theory, EachServer]
    public async Task Get_Text_LinePerEntry(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        site.Write("a b.txt", "12345");
        Directory.CreateDirectory(site.PathOf("sub"));
        File.SetLastWriteTimeUtc(site.PathOf("a b.txt"), DateTime.UnixEpoch);
        File.SetLastWriteTimeUtc(site.PathOf("sub"), DateTime.UnixEpoch);

        var answer = await site.GetAsync("/?format=text");

        Assert.Equal("text/plain; charset=utf-8", answer["Content-Type"]);
        Assert.Equal(
            "1970-01-01T00:00:00Z              - sub/\n1970-01-01T00:00:00Z              5 a b.txt\n", answer.Text);
    }

    // RFC 9110 section 12.5.1
    [Theory]
    [InlineData("*/*", "", "text/html; charset=utf-8")]
    [InlineData("application/json", "", "application/json")]
    [InlineData("text/plain", "", "text/plain; charset=utf-8")]
    [InlineData("text/html;q=0.5, application/json;q=0.9", "", "application/json")]
    [InlineData("application/json;q=0, */*", "", "text/html; charset=utf-8")]
    [InlineData("text/*, text/html;q=0.1", "", "text/plain; charset=utf-8")]
    [InlineData("application/json;q=0.1, */*;q=0.2", "", "text/html; charset=utf-8")]
    [InlineData("image/png", "", "text/html; charset=utf-8")]
    [InlineData(";;;", "", "text/html; charset=utf-8")]
    [InlineData("text/html", "?format=json", "application/json")]
    [InlineData("application/json", "?format=html", "text/html; charset=utf-8")]
    [InlineData("application/json", "?format=xml", "application/json")]
    public async Task Get_Accept_Negotiated(string accept, string query, string contentType)
    {
        await using var site = await IndexSite.StartAsync(ServerKind.TestServer);

        Assert.Equal(contentType, (await site.GetAsync("/" + query, "Accept: " + accept))["Content-Type"]);
    }

    [Theory, EachServer]
    public async Task Head_Directory_HeadersOfGet(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        site.Write("file.txt", "x");

        var get = await site.GetAsync("/");
        var head = await site.SendAsync(HttpMethod.Head, "/");

        Assert.Equal(200, head.Status);
        Assert.Empty(head.Body);
        foreach (var name in new[] { "Content-Type", "ETag", "Content-Security-Policy", "Vary" })
        {
            Assert.Equal(get[name], head[name]);
        }

        if (server != ServerKind.TestServer)
        {
            Assert.Equal(get["Content-Length"], head["Content-Length"]);
        }
    }

    // As UseDirectoryBrowser: a form may be posted to the path of a directory.
    [Theory]
    [EachServer("POST")]
    [EachServer("DELETE")]
    [EachServer("OPTIONS")]
    public async Task OtherMethod_Directory_PassedOn(ServerKind server, string method)
    {
        await using var site = await IndexSite.StartAsync(server);
        Directory.CreateDirectory(site.PathOf("dir"));

        Assert.True((await site.SendAsync(new HttpMethod(method), "/dir/")).WasPassedOn);
        Assert.True((await site.SendAsync(new HttpMethod(method), "/dir")).WasPassedOn);
    }

    // RFC 9110 sections 13.1.1 and 13.1.2
    [Theory, EachServer]
    public async Task Get_Conditional_ByTheTag(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        site.Write("a.txt", "x");
        var first = await site.GetAsync("/");
        var tag = first["ETag"]!;

        var same = await site.GetAsync("/", "If-None-Match: \"other\", W/" + tag);
        Assert.Equal(304, same.Status);
        Assert.Empty(same.Body);
        Assert.Equal(tag, same["ETag"]);
        Assert.Equal("Accept", same["Vary"]);
        Assert.Equal(304, (await site.SendAsync(HttpMethod.Head, "/", "If-None-Match: *")).Status);
        Assert.Equal(412, (await site.GetAsync("/", "If-Match: \"other\"")).Status);
        Assert.Equal(200, (await site.GetAsync("/", "If-Match: " + tag)).Status);
        Assert.Equal(200, (await site.GetAsync("/?format=json", "If-None-Match: " + tag)).Status);

        site.Write("b.txt", "x");
        var changed = await site.GetAsync("/", "If-None-Match: " + tag);
        Assert.Equal(200, changed.Status);
        Assert.NotEqual(tag, changed["ETag"]);
    }

    // A list has no parts and no date: both fields are to be ignored.
    [Theory, EachServer]
    public async Task Get_RangeOrDate_Whole(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);

        Assert.Equal(200, (await site.GetAsync("/", "Range: bytes=0-9")).Status);
        Assert.Equal(200, (await site.GetAsync("/", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT")).Status);
    }

    [Theory, EachServer]
    public async Task Get_WithoutSlash_RedirectKeepsQuery(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        Directory.CreateDirectory(site.PathOf("a b#c"));
        Directory.CreateDirectory(site.PathOf("100%41"));

        var answer = await site.GetAsync("/a%20b%23c?sort=size");
        Assert.Equal(301, answer.Status);
        Assert.Equal("/a%20b%23c/?sort=size", answer["Location"]);
        Assert.Equal("/100%2541/", (await site.GetAsync("/100%2541"))["Location"]);
    }

    [Theory, EachServer]
    public async Task Get_DefaultDocument_InPlaceOfTheList(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        site.Write("index.html", "document");

        Assert.Equal("document", (await site.GetAsync("/")).Text);
    }

    [Theory, EachServer]
    public async Task Get_NoDirectory_PassedOn(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        site.Write("file.txt", "x");

        foreach (var path in new[] { "/missing/", "/file.txt/", "/missing", "//", "/a%5Cb/", "/" + new string('a', 300) + "/" })
        {
            var answer = await site.GetAsync(path);
            Assert.True(answer.WasPassedOn || answer.Status == 400, path);
        }
    }

    [Fact]
    public async Task Get_Mount_LinksAndCrumbsBelowIt()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, options: o => o.RequestPath = "/files");
        site.Write("a/b/file.txt", "x");

        foreach (var outside in new[] { "/", "/a/", "/other", "/other/a/", "/filesx/", "/f" })
        {
            Assert.True((await site.GetAsync(outside)).WasPassedOn, outside);
        }

        Assert.Equal("/files/", (await site.GetAsync("/files"))["Location"]);
        var top = (await site.GetAsync("/files/")).Text;
        Assert.Contains("Index of /files/", top);
        Assert.DoesNotContain("Parent directory", top);
        var answer = (await site.GetAsync("/files/a/b/")).Text;
        Assert.Contains("""<li><a href="../../"><bdi>/files/</bdi></a></li>""", answer);
        Assert.Contains("""<li><a href="../"><bdi>a</bdi></a></li>""", answer);
        Assert.Contains("""<li><a href="./" aria-current="page"><bdi>b</bdi></a></li>""", answer);
        Assert.Equal("/files/a/b/", (await site.JsonAsync("/files/a/b/")).RootElement.GetProperty("path").GetString());
    }

    // The status of an error page stays the error's.
    [Fact]
    public async Task Get_SecondRunForAnError_NoList()
    {
        await using var site = await TestSite.StartAsync(
            ServerKind.TestServer,
            o => o.DirectoryIndex.Enabled = true,
            app => app.UseStatusCodePagesWithReExecute("/"));

        Assert.Equal(404, (await site.GetAsync("/missing")).Status);
    }

    [Theory, EachServer]
    public async Task Get_EmptyDirectory_SaysSo(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);

        Assert.Contains("Nothing here.", (await site.GetAsync("/")).Text);
        Assert.Empty((await site.GetAsync("/?format=text")).Body);
        Assert.Equal(JsonValueKind.Null, (await site.JsonAsync("/")).RootElement.GetProperty("next").ValueKind);
    }
}
