using System.Text.Json.Nodes;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

/// <summary>
/// The page in a real browser. With <c>AERONET_SCREENSHOTS</c> set to a directory, what it looks like is written there.
/// </summary>
public sealed class BrowserTests
{
    private const int Narrow = 320;

    [Theory]
    [InlineData(960, "light")]
    [InlineData(960, "dark")]
    [InlineData(Narrow, "light")]
    [InlineData(Narrow, "dark")]
    public async Task Page_EveryView_NoAxeViolation(int width, string scheme)
    {
        var axe = Axe.Source();
        await using var browser = await Browser.StartAsync();
        await using var site = await StartAsync();
        await browser.SetViewAsync(width, 900, scheme);
        foreach (var path in new[] { "/", "/docs/", "/docs/?page=2&sort=size&order=desc" })
        {
            await browser.GoToAsync(site.Host.Addresses[0] + path);
            await Axe.AssertNoViolationAsync(browser, axe);
        }

        Assert.Empty(browser.Complaints);
    }

    [Theory]
    [InlineData(960, 900, "light")]
    [InlineData(960, 900, "dark")]
    [InlineData(Narrow, 780, "light")]
    public async Task Page_LightDarkNarrow_StyledAndWithinTheWindow(int width, int height, string scheme)
    {
        await using var browser = await Browser.StartAsync();
        await using var site = await StartAsync();
        await browser.SetViewAsync(width, height, scheme);

        await browser.GoToAsync(site.Host.Addresses[0] + "/");
        await browser.SaveScreenshotAsync($"directory-index-{(width == Narrow ? "narrow" : scheme)}.png");

        // The style sheet was allowed by its hash, and follows the user's preference.
        var background = (string)(await browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor"))!;
        Assert.Equal(scheme == "light" ? "rgb(255, 255, 255)" : "rgb(16, 21, 27)", background);

        // WCAG 2.2, 1.4.10: nothing is scrolled sideways at 320 pixels.
        var overflow = (int)(await browser.EvaluateAsync("document.documentElement.scrollWidth - window.innerWidth"))!;
        Assert.True(overflow <= 0, $"{overflow} pixels beyond the window");

        // 2.5.8: targets of at least 24 by 24 pixels, less those in running text.
        var small = await browser.EvaluateAsync(
            """
            [...document.querySelectorAll('a')].filter(a => !a.closest('.readme, .own') && !a.matches('.skip'))
              .map(a => [a, a.getBoundingClientRect()]).filter(([, r]) => r.width < 24 || r.height < 24).map(([a]) => a.outerHTML)
            """);
        Assert.Equal("[]", small!.ToJsonString());
        Assert.Empty(browser.Complaints);
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task Page_Text_ContrastOfAtLeast4Point5(string scheme)
    {
        await using var browser = await Browser.StartAsync();
        await using var site = await StartAsync();
        await browser.SetViewAsync(960, 900, scheme);
        await browser.GoToAsync(site.Host.Addresses[0] + "/");

        // WCAG 2.2, 1.4.3; the formula is that of "contrast ratio".
        var low = await browser.EvaluateAsync(
            """
            (() => {
              const rgb = c => c.match(/[\d.]+/g).map(Number);
              const light = c => { const [r, g, b] = rgb(c).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
              const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
                if (rgb(c)[3] !== 0) return c; } return 'rgb(255, 255, 255)'; };
              return [...document.body.querySelectorAll('*')]
                .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
                .map(e => { const a = light(getComputedStyle(e).color), b = light(behind(e));
                  return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML]; })
                .filter(([ratio]) => ratio < 4.5);
            })()
            """);

        Assert.Equal("[]", low!.ToJsonString());
    }

    [Fact]
    public async Task Page_Structure_LandmarksAndHeadings()
    {
        await using var browser = await Browser.StartAsync();
        await using var site = await StartAsync();
        await browser.GoToAsync(site.Host.Addresses[0] + "/docs/");

        var counts = await browser.EvaluateAsync(
            """
            ['main', 'h1', 'header', 'footer', 'nav[aria-label="Breadcrumb"]', 'nav[aria-label="Pages"]', 'th[aria-sort]', '[aria-current=page]',
             'script', '[style]', 'table caption'].map(s => document.querySelectorAll(s).length)
            """);

        Assert.Equal("[1,1,1,1,1,1,1,1,0,0,1]", counts!.ToJsonString());
    }

    // Script is off, and only keys are used: into a directory, sorted, to the next page, and back up.
    [Fact]
    public async Task Page_KeyboardWithoutScript_EverythingReached()
    {
        await using var browser = await Browser.StartAsync();
        await using var site = await StartAsync();
        await browser.SendAsync("Emulation.setScriptExecutionDisabled", new JsonObject { ["value"] = true });
        await browser.GoToAsync(site.Host.Addresses[0] + "/");

        await FollowAsync(browser, "docs/", "/docs/");
        await FollowAsync(browser, "Size", "/docs/?sort=size");
        await FollowAsync(browser, "Size", "/docs/?sort=size&order=desc");
        await FollowAsync(browser, "Next", "/docs/?sort=size&order=desc&page=2");
        await FollowAsync(browser, "Parent directory", "/");

        // The first stop is the way past everything above the list; where the focus is can be seen.
        await browser.PressAsync("Tab");
        Assert.Equal("Skip to the list", await FocusedAsync(browser));
        Assert.True((int)(await browser.EvaluateAsync("document.activeElement.getBoundingClientRect().left"))! >= 0);
        await browser.PressAsync("Enter");
        await browser.PressAsync("Tab");
        Assert.StartsWith("Name", await FocusedAsync(browser));
        Assert.NotEqual("none", (string)(await browser.EvaluateAsync("getComputedStyle(document.activeElement).outlineStyle"))!);
        Assert.Empty(browser.Complaints);
    }

    private static Task<TestSite> StartSiteAsync() => IndexSite.StartAsync(ServerKind.Aeronet, index =>
    {
        index.PageSize = 12;
        index.Banner = "Internal: do not pass these files on.";
        index.FooterFile = "directory-index-footer.html";
    });

    private static async Task<TestSite> StartAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "directory-index-footer.html"), "<p>Questions: <a href=\"/\">the archive</a></p>");
        var site = await StartSiteAsync();
        (string Name, int Size)[] files =
        [
            ("annual-report-2025.pdf", 2_431_000), ("backup.tar.zst", 48_000_000), ("cat & dog #1.jpg", 310_000), ("notes<draft>.txt", 1_804),
            ("\u0645\u0644\u0641.txt", 77), ("invoice\u202Efdp.exe", 9_000), ("a-very-long-name-without-any-break-in-it-that-goes-on-and-on-for-ever.log", 12),
        ];
        foreach (var (name, size) in files)
        {
            site.Write(name, "");
            await using var file = File.OpenWrite(site.PathOf(name));
            file.SetLength(size);
        }

        Directory.CreateDirectory(site.PathOf("images"));
        for (var i = 1; i <= 30; i++)
        {
            site.Write($"docs/chapter-{i}.md", new string('x', i * 100));
        }

        site.Write("README.md", "# Archive\n\nWhat is *kept* here, see [the chapters](docs/).\n\n| kind | kept |\n|---|--:|\n| reports | 10 years |\n\n> Ask before deleting.\n\n```\ncurl -O http://files.example/backup.tar.zst\n```\n");
        foreach (var path in Directory.EnumerateFileSystemEntries(site.Root, "*", SearchOption.AllDirectories))
        {
            Directory.SetLastWriteTimeUtc(path, new DateTime(2026, 3, 14, 9, 26, 53, DateTimeKind.Utc));
        }

        return site;
    }

    // Tabs to the link of that text and presses Enter.
    private static async Task FollowAsync(Browser browser, string text, string expected)
    {
        for (var i = 0; i < 60; i++)
        {
            await browser.PressAsync("Tab");
            if ((await FocusedAsync(browser)).TrimEnd('\u25b2', '\u25bc') == text)
            {
                var loads = browser.Loads;
                await browser.PressAsync("Enter");
                await browser.WaitForLoadAsync(loads);
                Assert.Equal(expected, (string)(await browser.EvaluateAsync("location.pathname + location.search"))!);
                return;
            }
        }

        Assert.Fail($"No link '{text}' was reached.");
    }

    private static async Task<string> FocusedAsync(Browser browser)
        => (string)(await browser.EvaluateAsync("document.activeElement.textContent.trim()"))!;
}
