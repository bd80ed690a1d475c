using System.Globalization;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Hosting;

/// <summary>docs/options.md says what the code does.</summary>
public sealed class DocumentationTests
{
    // Options that configuration cannot set, and those that have a table of their own.
    private static readonly string[] NotInTheTable = ["FileProvider", "OnPrepareResponse", "DirectoryIndex"];

    private static Dictionary<string, string> Defaults => Repository.Table("docs/options.md", "## Aeronet:StaticFiles", "| key |")
        .Where(row => !row[0].Contains(':', StringComparison.Ordinal))
        .ToDictionary(row => row[0].Trim('`'), row => row[1].Trim('`'));

    [Fact]
    public void Table_NamesEveryOptionAndNoOther() => Assert.Equal(
        typeof(AeronetStaticFileOptions).GetProperties().Select(p => p.Name).Except(NotInTheTable).Order(), Defaults.Keys.Order());

    [Fact]
    public void Table_DefaultsAreTheCodes()
    {
        var actual = new AeronetStaticFileOptions();
        foreach (var property in typeof(AeronetStaticFileOptions).GetProperties().ExceptBy(NotInTheTable, p => p.Name))
        {
            var text = property.GetValue(actual) switch
            {
                null when property.Name == nameof(actual.Root) => "the web root (`wwwroot`)",
                null => "none",
                "" => "empty",
                bool flag => flag ? "true" : "false",
                TimeSpan time => time.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture),
                IList<string> names => "[" + string.Join(", ", names.Select(n => $"\"{n}\"")) + "]",
                IList<CacheControlRule> rules => $"[{string.Join(", ", rules)}]",
                IDictionary<string, string> { Count: 0 } => "empty",
                var value => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
            Assert.Equal($"{property.Name} = {text}".TrimEnd('`'), $"{property.Name} = {Defaults[property.Name]}".TrimEnd('`'));
        }
    }
}
