using System.Text.RegularExpressions;
using Aeronet.AspNetCore.Middleware.ParserDiagnostics;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>docs/parser-diagnostics.md says what the code does.</summary>
public sealed partial class DocumentationTests
{
    private const string Page = "docs/parser-diagnostics.md";

    [Fact]
    public void Faults_AreAllNamed()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, Page));

        Assert.All(Enum.GetNames<RequestFault>(), fault => Assert.Contains($"`{fault}`", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Reasons_OfTheCounter_AreTheFaults()
    {
        var section = Repository.Read("docs/metrics.md").Split("## aeronet.refusal.reason")[1].Split("\n## ")[0];

        Assert.Equal(
            Enum.GetValues<RequestFault>().Select(RejectionMetrics.NameOf).Order(),
            Reason().Matches(section).Select(match => match.Groups[1].Value).Order());
        var row = Repository.Table("docs/metrics.md", "Meter `Aeronet.Middleware`:", "| instrument |")
            .Single(row => row[0] == $"`{RejectionMetrics.Instrument}`");
        Assert.Equal(["counter", "`{request}`", "`aeronet.refusal.reason`"], row[1..4]);
    }

    [Fact]
    public void Defaults_AreTheOptions()
    {
        var options = new AeronetParserDiagnosticsOptions();
        var rows = Repository.Table(Page, "## Options", "| key |").ToDictionary(row => row[0].Trim('`'), row => row[1]);

        Assert.Equal(
            new Dictionary<string, string>
            {
                [nameof(options.Mode)] = $"`{options.Mode}`",
                [nameof(options.ExcerptLength)] = $"`{options.ExcerptLength}`",
                [nameof(options.RedactHeaders)] = string.Join(", ", options.RedactHeaders.Select(name => $"`{name}`")),
            },
            rows);
    }

    [GeneratedRegex("`([a-z0-9_]+)`")]
    private static partial Regex Reason();
}
