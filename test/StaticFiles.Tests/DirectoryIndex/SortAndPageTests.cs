using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

public sealed class SortAndPageTests
{
    [Theory]
    [InlineData("", "apple/ Zoo/ b2 B10 c")]
    [InlineData("?order=desc", "Zoo/ apple/ c B10 b2")]
    [InlineData("?sort=size", "apple/ Zoo/ c B10 b2")]
    [InlineData("?sort=size&order=desc", "Zoo/ apple/ b2 B10 c")]
    [InlineData("?sort=date", "apple/ Zoo/ B10 c b2")]
    [InlineData("?sort=date&order=desc", "Zoo/ apple/ b2 c B10")]
    [InlineData("?sort=colour&order=up", "apple/ Zoo/ b2 B10 c")]
    [InlineData("?sort=size&sort=date", "apple/ Zoo/ b2 B10 c")]
    public async Task Get_Sorted_DirectoriesFirst(string query, string expected)
    {
        await using var site = await IndexSite.StartAsync(ServerKind.TestServer);
        site.Write("b2", new string('x', 30));
        site.Write("B10", new string('x', 20));
        site.Write("c", new string('x', 10));
        Directory.CreateDirectory(site.PathOf("apple"));
        Directory.CreateDirectory(site.PathOf("Zoo"));
        var day = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        foreach (var (name, age) in new[] { ("apple", 1), ("Zoo", 2), ("B10", 3), ("c", 4), ("b2", 5) })
        {
            File.SetLastWriteTimeUtc(site.PathOf(name), day.AddDays(age));
        }

        Assert.Equal(expected, string.Join(' ', await site.NamesAsync("/" + query)));
    }

    [Theory, EachServer]
    public async Task Get_Html_AriaSortAndLinks(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);

        var byName = (await site.GetAsync("/")).Text;
        Assert.Contains("""<th scope="col" role="columnheader" class="name" aria-sort="ascending"><a href="?order=desc">""", byName);
        Assert.Contains("""<th scope="col" role="columnheader" class="size"><a href="?sort=size">""", byName);
        var bySize = (await site.GetAsync("/?sort=size&order=desc&page=1&limit=5")).Text;
        Assert.Contains("""class="size" aria-sort="descending"><a href="?sort=size&amp;limit=5">""", bySize);
        Assert.Contains("""class="name"><a href="?limit=5">""", bySize);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(bySize, "aria-sort=").AsEnumerable());
    }

    [Theory, EachServer]
    public async Task Get_Pages_EveryEntryOnce(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server, index => index.PageSize = 10);
        var all = Enumerable.Range(0, 25).Select(i => $"file{i}").ToArray();
        foreach (var name in all)
        {
            site.Write(name, "x");
        }

        var first = await site.GetAsync("/");
        Assert.Contains("Page 1 of 3", first.Text);
        Assert.Equal("<?page=2>; rel=\"next\"", first["Link"]);
        Assert.Contains("""<a href="?page=2" rel="next">""", first.Text);
        Assert.DoesNotContain("rel=\"prev\"", first.Text);
        var second = await site.GetAsync("/?page=2");
        Assert.Contains("""<a href="./" rel="prev">""", second.Text);
        Assert.Equal("<./>; rel=\"prev\", <?page=3>; rel=\"next\"", second["Link"]);
        Assert.Contains("file19", second.Text);
        Assert.DoesNotContain("file9<", second.Text);
        Assert.DoesNotContain("file20", second.Text);

        var listed = new List<string>();
        var target = "?limit=7";
        for (var pages = 0; target is not null; pages++)
        {
            using var json = await site.JsonAsync("/" + target);
            Assert.Equal(4, json.RootElement.GetProperty("pages").GetInt32());
            Assert.Equal(pages + 1, json.RootElement.GetProperty("page").GetInt32());
            listed.AddRange(json.RootElement.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("name").GetString()!));
            target = json.RootElement.GetProperty("next").GetString();
        }

        Assert.Equal(all, listed);
    }

    [Theory]
    [InlineData("?page=99", 3)]
    [InlineData("?page=0", 1)]
    [InlineData("?page=-1", 1)]
    [InlineData("?page=99999999999", 1)]
    [InlineData("?page=2147483647", 3)]
    [InlineData("?page=x", 1)]
    [InlineData("?page=3&page=2", 1)]
    public async Task Get_PageOutOfRange_OneThatIs(string query, int page)
    {
        await using var site = await IndexSite.StartAsync(ServerKind.TestServer);
        for (var i = 0; i < 25; i++)
        {
            site.Write($"file{i}", "x");
        }

        using var json = await site.JsonAsync($"/{query}&limit=10");
        Assert.Equal(page, json.RootElement.GetProperty("page").GetInt32());
    }

    [Theory]
    [InlineData("?format=html&limit=99999", 200, 2)]
    [InlineData("?format=html&limit=50", 200, 24)]
    [InlineData("?format=html", 200, 6)]
    [InlineData("?format=html", 1100, 2)]
    [InlineData("?format=html&limit=99999", 1100, 2)]
    [InlineData("?format=json", 200, 1)]
    [InlineData("?format=json&limit=99999", 200, 1)]
    [InlineData("?format=json&limit=500", 200, 3)]
    public async Task Get_Limit_Bounded(string query, int pageSize, int pages)
    {
        await using var site = await IndexSite.StartAsync(ServerKind.TestServer, index => index.PageSize = pageSize);
        for (var i = 0; i < 1200; i++)
        {
            site.Write($"file{i}", "");
        }

        var text = (await site.GetAsync("/" + query)).Text;

        var expected = text.StartsWith('{') ? $"\"pages\":{pages}," : $"Page 1 of {pages}<";
        Assert.Contains(expected, text);
    }

    [Theory, EachServer]
    public async Task Get_MoreThanMaxEntries_TruncatedAndTold(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server, index => index.MaxEntries = 5);
        for (var i = 0; i < 5; i++)
        {
            site.Write($"file{i}", "x");
        }

        site.Write(".hidden", "does not count");
        var exact = await site.GetAsync("/");
        Assert.Null(exact["x-directory-listing-truncated"]);
        Assert.DoesNotContain("not complete", exact.Text);

        site.Write("file5", "x");
        foreach (var format in new[] { "html", "json", "text" })
        {
            Assert.Equal("1", (await site.GetAsync("/?format=" + format))["x-directory-listing-truncated"]);
        }

        Assert.Contains("This list is not complete.", (await site.GetAsync("/")).Text);
        using var json = await site.JsonAsync("/");
        Assert.True(json.RootElement.GetProperty("truncated").GetBoolean());
        Assert.Equal(5, json.RootElement.GetProperty("total").GetInt32());
    }
}
