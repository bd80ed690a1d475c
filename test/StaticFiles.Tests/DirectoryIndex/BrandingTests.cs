using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

public sealed class BrandingTests : IDisposable
{
    private readonly DirectoryInfo _files = Directory.CreateTempSubdirectory("aeronet-branding-");

    [Theory, EachServer]
    public async Task Get_TitleBannerHeaderFooterCss_InThePage(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server, index =>
        {
            index.Title = "Files <of> Example";
            index.Banner = "RESTRICTED & confidential";
            index.HeaderFile = Write("header.html", "<p>our <em>header</em></p>");
            index.FooterFile = Write("footer.html", "<p>our footer</p>");
            index.CssFile = Write("own.css", "h1 { color: teal }\r\n");
        });

        var answer = await site.GetAsync("/");

        Assert.Contains("<title>Files &lt;of&gt; Example: /</title>", answer.Text);
        Assert.Contains("RESTRICTED &amp; confidential", answer.Text);
        Assert.Contains("<p>our <em>header</em></p>", answer.Text);
        Assert.Contains("<p>our footer</p>", answer.Text);
        Assert.Contains("h1 { color: teal }\n</style>", answer.Text);
        AssertStyleIsAllowed(answer);
    }

    [Fact]
    public async Task Get_FilesChange_SeenWithinSeconds()
    {
        var (header, css) = (Write("header.html", "first"), Write("own.css", "h1 { color: teal }"));
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index => (index.HeaderFile, index.CssFile) = (header, css));
        Assert.Contains("first", (await site.GetAsync("/")).Text);

        Write("header.html", "the second");
        Write("own.css", "h1 { color: maroon }");

        var answer = await EventuallyAsync(site, "the second");
        answer = answer.Text.Contains("maroon", StringComparison.Ordinal) ? answer : await EventuallyAsync(site, "maroon");
        AssertStyleIsAllowed(answer);

        // What is gone or wrong leaves what was there, and is told once.
        File.Delete(header);
        Write("own.css", "</style><script>");
        await EventuallyAsync(site, "the second", () => site.Host.Logs.Entries.Count(e => e.EventId.Name == "FileUnusable") == 2);
        Assert.Contains("maroon", (await site.GetAsync("/")).Text);
    }

    [Theory, EachServer]
    public async Task Get_Template_RenderedAndEncoded(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server, index => index.TemplateFile = Write(
            "page.liquid",
            "<h1>{{ title }}</h1>{% for e in entries %}<a href=\"{{ e.href }}\">{{ e.name | upcase }}</a>{{ e.size }}{% endfor %}{{ readme }}"));
        site.Write("<i>", "12");
        site.Write("README.md", "*text*");

        var answer = await site.GetAsync("/");

        Assert.Contains("""<a href="%3Ci%3E">&lt;I&gt;</a>2""", answer.Text);
        Assert.Contains("<p><em>text</em></p>", answer.Text);
        Assert.DoesNotContain("<i>", answer.Text);
        Assert.Equal("text/html; charset=utf-8", answer["Content-Type"]);
        Assert.Equal("application/json", (await site.GetAsync("/?format=json"))["Content-Type"]);
    }

    [Fact]
    public async Task Get_TemplateBreaksAndIsMended_BuiltInMeanwhile()
    {
        var template = Write("page.liquid", "first {{ path }}");
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index => index.TemplateFile = template);
        Assert.Equal("first /", (await site.GetAsync("/")).Text);

        Write("page.liquid", "{% for e in entries %} no end");
        await EventuallyAsync(site, "<!DOCTYPE html>");
        var logged = Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.StaticFiles", LogLevel.Warning));
        Assert.Equal("TemplateBroken", logged.EventId.Name);
        Assert.Contains("page.liquid(1,", logged.Message);

        Write("page.liquid", "mended {{ path }}");
        await EventuallyAsync(site, "mended /");
    }

    [Fact]
    public async Task Get_TemplateOfTheDocumentation_Works()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Repository(), "docs", "directory-index.md"));
        var template = Regex.Match(document, "```liquid\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index =>
        {
            index.TemplateFile = Write("page.liquid", template);
            index.CssFile = Write("own.css", "h1 { color: teal }");
            index.PageSize = 1;
        });
        site.Write("a&b", "x");
        site.Write("c", "x");

        var answer = await site.GetAsync("/");

        Assert.Contains("""<li><a href="a%26b">a&amp;b</a> 1 B</li>""", answer.Text);
        Assert.Contains("""<a href="?page=2">More</a>""", answer.Text);
        AssertStyleIsAllowed(answer);
    }

    [Theory]
    [InlineData("{% for e in entries %}")]
    [InlineData("{{ title")]
    [InlineData("{{ title | nosuchfilter }}")]
    [InlineData("{% if is_truncated %}{{ banner | nosuchfilter }}{% endif %}")]
    [InlineData("{% include 'other' %}")]
    public async Task Start_BrokenTemplate_Refused(string template)
    {
        var failure = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
            () => IndexSite.StartAsync(ServerKind.TestServer, index => index.TemplateFile = Write("page.liquid", template)));

        Assert.Matches("^Aeronet:StaticFiles:DirectoryIndex:TemplateFile is '.*page.liquid', which cannot be used \\(.+\\): .+$", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory, EachServer]
    public async Task Get_Renderer_WritesThePage(ServerKind server)
    {
        await using var site = await IndexSite.StartAsync(server, index => index.UseRenderer(new OwnRenderer()));
        site.Write("a/b", "x");

        var answer = await site.GetAsync("/a/");

        Assert.Equal("own page of /a/: b", answer.Text);
        Assert.Equal(304, (await site.GetAsync("/a/", "If-None-Match: " + answer["ETag"])).Status);
    }

    [Fact]
    public async Task Get_RendererFails_BuiltInPageAndLog()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index => index.UseRenderer(new OwnRenderer { Fails = true }));

        var answer = await site.GetAsync("/");

        Assert.Equal(200, answer.Status);
        Assert.StartsWith("<!DOCTYPE html>", answer.Text);
        Assert.Contains(site.Host.Logs.From("Aeronet.AspNetCore.StaticFiles"), e => e.EventId.Name == "RendererFailed");
    }

    [Fact]
    public async Task Get_OwnPolicy_Sent()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index => index.ContentSecurityPolicy = "default-src 'self'");

        Assert.Equal("default-src 'self'", (await site.GetAsync("/"))["Content-Security-Policy"]);
    }

    public void Dispose() => _files.Delete(recursive: true);

    // What a browser does: hash the element's text and look for it in the policy.
    private static void AssertStyleIsAllowed(Answer answer)
    {
        var style = Regex.Match(answer.Text, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        Assert.Contains($"'sha256-{hash}'", answer["Content-Security-Policy"]);
    }

    private static async Task<Answer> EventuallyAsync(TestSite site, string text, Func<bool>? also = null)
    {
        Answer? answer = null;
        for (var i = 0; i < 200; i++)
        {
            answer = await site.GetAsync("/");
            if (answer.Text.Contains(text, StringComparison.Ordinal) && also?.Invoke() != false)
            {
                return answer;
            }

            await Task.Delay(100);
        }

        Assert.Fail($"Never saw '{text}': {answer!.Text}");
        return answer;
    }

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Aeronet.AspNetCore.sln")))
        {
            directory = directory.Parent;
        }

        Assert.SkipWhen(directory is null, "The documentation is not beside the tests.");
        return directory!.FullName;
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_files.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private sealed class OwnRenderer : IDirectoryIndexRenderer
    {
        public bool Fails { get; init; }

        public async Task RenderAsync(DirectoryIndexPage page, TextWriter output, CancellationToken cancellationToken)
        {
            await output.WriteAsync($"own page of {page.Path}: {string.Join(' ', page.Entries.Select(e => e.Name))}");
            if (Fails)
            {
                throw new InvalidOperationException("The test's own.");
            }
        }
    }
}
