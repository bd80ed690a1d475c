using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using CsCheck;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

public sealed class ReadmeTests
{
    [Theory, EachServer]
    public async Task Get_Readme_RenderedBelow(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server);
        site.Write("README.md", "\uFEFF# Title\n\nSome *text* and [a link](sub/).");

        var html = (await site.GetAsync("/")).Text;

        Assert.Contains("""<section class="readme" aria-label="README.md">""", html);
        Assert.Contains("<h2>Title</h2>", html);
        Assert.Contains("""<a href="sub/" rel="nofollow noopener">a link</a>""", html);
        Assert.DoesNotContain("Title", (await site.GetAsync("/?format=json")).Text);
        Assert.Equal("\uFEFF# Title\n\nSome *text* and [a link](sub/).", (await site.GetAsync("/README.md")).Text);
    }

    [Fact]
    public async Task Get_ReadmeChanges_Seen()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, o => o.DirectoryIndex.Enabled = true);
        site.Write("readme.MD", "first");
        Assert.Contains("<p>first</p>", (await site.GetAsync("/")).Text);
        Assert.Contains("<p>first</p>", (await site.GetAsync("/")).Text);
        site.Write("readme.MD", "the second");
        Assert.Contains("<p>the second</p>", (await site.GetAsync("/")).Text);
    }

    [Fact]
    public async Task Get_ReadmeOff_TooLargeOrElsewhere_NotShown()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index => index.PageSize = 2);
        site.Write("large/README.md", new string('x', (128 * 1024) + 1));
        site.Write("out/secret.md", "secret");
        site.Write("../outside.md", "secret");
        site.Link("out/README.md", "../../outside.md");
        site.Write("directory/README.md/x", "x");
        site.Write("pages/README.md", "text");
        site.Write("pages/a", "x");
        site.Write("pages/b", "x");
        foreach (var path in new[] { "/large/", "/out/", "/directory/", "/pages/?page=2" })
        {
            Assert.DoesNotContain("<section", (await site.GetAsync(path)).Text);
        }

        Assert.Contains("<section", (await site.GetAsync("/pages/")).Text);
        await using var off = await IndexSite.StartAsync(ServerKind.Aeronet, index => index.Readme = false);
        off.Write("README.md", "text");
        Assert.DoesNotContain("<section", (await off.GetAsync("/")).Text);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("a <img src=x onerror=alert(1)> b")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](<java\tscript:alert(1)>)")]
    [InlineData("[x](&#x1;javascript:alert(1))")]
    [InlineData("[x](javascript&#58;alert(1))")]
    [InlineData("[x](javascript&colon;alert(1))")]
    [InlineData("[x](vbscript:x)")]
    [InlineData("[x](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("[x](file:///etc/passwd)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("![x](javascript:alert(1))")]
    [InlineData("![x](data:image/svg+xml,x)")]
    [InlineData("[x]: javascript:alert(1)\n\n[x]")]
    [InlineData("[![x](javascript:a)](javascript:b)")]
    [InlineData("# x {onclick=alert(1)}")]
    [InlineData("[x](y){onclick=alert(1)}")]
    [InlineData("[x](y \"\\\" onclick=alert(1) \\\"\")")]
    public void Render_Dangerous_Harmless(string markdown)
    {
        var html = Markdown.ToHtml(markdown);

        Assert.DoesNotMatch("(?i)(href|src)=\"[^\"]*(script|data|file)[^\"]*:", html);
        Assert.DoesNotMatch("(?i)<(script|img[^>]*onerror|[a-z0-9]+[^>\"]* onclick)", html);
    }

    [Theory]
    [InlineData("[x](a/b.txt)", "href=\"a/b.txt\"")]
    [InlineData("[x](../a?b=c#d:e)", "href=\"../a?b=c#d:e\"")]
    [InlineData("[x](https://example.com/)", "href=\"https://example.com/\"")]
    [InlineData("<https://example.com/>", "href=\"https://example.com/\"")]
    [InlineData("<someone@example.com>", "href=\"mailto:someone@example.com\"")]
    [InlineData("![x](a.png)", "src=\"a.png\" alt=\"x\"")]
    public void Render_Harmless_Kept(string markdown, string expected) => Assert.Contains(expected, Markdown.ToHtml(markdown));

    [Fact]
    public void Render_TableAlignment_NoStyleAttribute() => Assert.DoesNotContain("style=", Markdown.ToHtml("|a|b|\n|:-:|--:|\n|1|2|\n"));

    [Fact]
    public void Render_AnyText_OnlyHarmlessElements() => Gen.OneOf(
        "<", ">", "[", "]", "(", ")", "!", "javascript:", "data:", "\"", "'", "`", "\n", "\n\n", "# ", "* ", "> ", "|", "-", "a", " ", "&#58;", "\\")
        .Array[0, 40].Select(string.Concat).Sample(text =>
    {
        var html = Markdown.ToHtml(text);
        Assert.DoesNotMatch("(?i)(href|src)=\"\\s*(javascript|data)", html);
        Assert.DoesNotContain("<script", html);
    });

    [Fact]
    public async Task Get_ReadmeNestedTooDeeply_ListWithoutIt()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet);
        site.Write("README.md", new string('>', 50_000) + " x");
        site.Write("file", "x");

        var answer = await site.GetAsync("/");

        Assert.Equal(200, answer.Status);
        Assert.Contains("<bdi>file</bdi>", answer.Text);
    }
}
