using Aeronet.AspNetCore.Middleware.ParserDiagnostics;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>docs/parser-diagnostics.md says what the code does.</summary>
public sealed class DocumentationTests
{
    private const string Page = "docs/parser-diagnostics.md";

    [Fact]
    public void Faults_AreAllNamed()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, Page));

        Assert.All(Enum.GetNames<RequestFault>(), fault => Assert.Contains($"`{fault}`", text, StringComparison.Ordinal));
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
}
