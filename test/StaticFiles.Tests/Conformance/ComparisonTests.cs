using System.Text;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>
/// docs/conformance.md says what the suite finds with this middleware, the framework's own, and nginx. With AERONET_WRITE_DOCS=1 the test
/// writes the table instead of comparing it.
/// </summary>
public sealed class ComparisonTests
{
    private const string Document = "docs/conformance.md";
    private const string Right = "right";
    private const int MaxObserved = 44;

    [Fact]
    public async Task Document_EveryRule_AsFound()
    {
        var nginx = ExternalTool.Require("nginx");
        await using var ours = await OurSite.StartAsync(ServerKind.Aeronet);
        await using var stock = await StockSite.StartAsync();
        await using var other = await NginxSite.StartAsync(nginx);
        var versions = $"ASP.NET Core {Environment.Version}, {await NginxSite.GetVersionAsync(nginx)}";
        var table = new StringBuilder("| section | rule | Aeronet | UseStaticFiles | nginx |\n|---|---|---|---|---|\n");
        foreach (var rule in ConformanceRules.All)
        {
            ConformanceSite[] sites = [ours.Conformance, stock.Conformance, other.Conformance];
            var cells = new List<string> { rule.Section, rule.Text };
            foreach (var site in sites)
            {
                var seen = await rule.ObserveAsync(site);
                cells.Add(rule.Right.Contains(seen) ? Right : $"**{Cell(seen)}**");
            }

            Assert.Equal(Right, cells[2]);
            table.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        var text = Repository.Read(Document);
        var start = text.IndexOf("\n| section |", StringComparison.Ordinal) + 1;
        if (Environment.GetEnvironmentVariable("AERONET_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, Document), text[..start] + table);
            return;
        }

        Assert.SkipUnless(text.Contains(versions, StringComparison.Ordinal), $"The document is of other versions than {versions}.");
        Assert.Equal(text[start..], table.ToString());
    }

    private static string Cell(string seen)
    {
        var cell = string.Concat(seen.Select(c => char.IsControl(c) || c == '|' ? ' ' : c));
        return cell.Length <= MaxObserved ? cell : cell[..MaxObserved] + "…";
    }
}
