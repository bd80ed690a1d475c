using Xunit;

namespace Aeronet.Testing;

/// <summary>npm's axe-core, which finds what keeps people out of a page.</summary>
public static class Axe
{
    /// <summary>Its script, or skips the test with the reason. It is where AERONET_AXE says, or in npm's global folder.</summary>
    public static string Source()
    {
        string?[] places =
        [
            Environment.GetEnvironmentVariable("AERONET_AXE"),
            "/usr/lib/node_modules/axe-core/axe.min.js",
            "/usr/local/lib/node_modules/axe-core/axe.min.js",
        ];
        var path = places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, "axe-core is not installed (npm install --global axe-core)");
        return File.ReadAllText(path!);
    }

    /// <summary>Asserts that the page breaks no rule of WCAG 2.2 AA that can be checked, and none of the best practices.</summary>
    public static async Task AssertNoViolationAsync(Browser browser, string source)
    {
        ArgumentNullException.ThrowIfNull(browser);
        await browser.EvaluateAsync(source + "; true");
        var result = await browser.EvaluateAsync(
            """
            axe.run(document, { runOnly: { type: 'tag', values: [
              'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'] } })
              .then(r => ({ violations: r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')), passes: r.passes.length }))
            """);
        Assert.Equal("[]", result!["violations"]!.ToJsonString());
        Assert.True((int)result["passes"]! > 15, result.ToJsonString());
    }
}
