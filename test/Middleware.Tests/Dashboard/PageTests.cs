using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Middleware.Tests.Support;

namespace Aeronet.AspNetCore.Middleware.Tests.Dashboard;

public sealed partial class PageTests
{
    [Theory]
    [EachServer]
    public async Task Page_Fields_StrictAndNotStored(ServerKind server)
    {
        await using var site = await DashboardSite.StartAsync(server);
        foreach (var path in new[] { "", "/snapshot.json" })
        {
            using var response = await site.GetAsync(DashboardSite.Path + path);

            Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
            Assert.Equal("nosniff", Field(response, "X-Content-Type-Options"));
            Assert.Equal("no-referrer", Field(response, "Referrer-Policy"));
            Assert.Equal("same-origin", Field(response, "Cross-Origin-Resource-Policy"));
            var policy = Field(response, "Content-Security-Policy").Split("; ");
            Assert.Contains("default-src 'none'", policy);
            Assert.Contains("base-uri 'none'", policy);
            Assert.Contains("form-action 'none'", policy);
            Assert.Contains("frame-ancestors 'none'", policy);
            Assert.DoesNotContain("unsafe", string.Concat(policy), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Page_Policy_HasTheHashesOfItsOneStyleAndScript()
    {
        await using var site = await DashboardSite.StartAsync(ServerKind.Aeronet);
        using var response = await site.GetAsync(DashboardSite.Path);
        var html = await response.Content.ReadAsStringAsync();

        var policy = Field(response, "Content-Security-Policy").Split("; ");

        foreach (var (element, directive) in new[] { ("script", "script-src"), ("style", "style-src") })
        {
            var content = Assert.Single(Regex.Matches(html, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline)).Groups[1].Value;
            Assert.Contains($"{directive} 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'", policy);
        }

        // Outside of the two there is nothing that loads or runs.
        var rest = OneStyleOrScript().Replace(html, "");
        Assert.DoesNotMatch("<(script|style|link rel=.stylesheet|img|iframe|object)", rest);
        Assert.DoesNotMatch("(?i)\\s(on[a-z]+|style|src)=", rest);
        Assert.DoesNotContain("https://", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Title_IsText()
    {
        await using var site = await DashboardSite.StartAsync(ServerKind.Aeronet, ("Title", "<b>\"Ops\" & more</b> @@script@@"));
        using var response = await site.GetAsync(DashboardSite.Path);

        var html = await response.Content.ReadAsStringAsync();
        Assert.Contains("<h1>&lt;b&gt;&quot;Ops&quot; &amp; more&lt;/b&gt; @@script@@</h1>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_TrailingSlash_TheSame()
    {
        await using var site = await DashboardSite.StartAsync(ServerKind.Aeronet);
        using var response = await site.GetAsync(DashboardSite.Path + "/");

        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    private static string Field(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    [GeneratedRegex("(?<=<(style|script)>).*?(?=</\\1>)|<(?:style|script)>", RegexOptions.Singleline)]
    private static partial Regex OneStyleOrScript();
}
