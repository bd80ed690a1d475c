using System.Text.Json.Nodes;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>The schema files in the sources, and the configuration reference, say what the options types say. AERONET_WRITE_DOCS=1 writes them anew.</summary>
public sealed class SchemaFileTests
{
    /// <summary>The schema of everything, for editors that are told of it by "$schema".</summary>
    internal const string All = "src/Middleware/aeronet.schema.json";

    [Theory]
    [InlineData("Transport")]
    [InlineData("StaticFiles")]
    [InlineData("Middleware")]
    public void PackageSchema_IsThatOfTheTypes(string package) =>
        Compare($"src/{package}/ConfigurationSchema.json", SchemaWriter.OfPackage(package));

    [Fact]
    public void WholeSchema_IsThatOfTheTypes() => Compare(All, SchemaWriter.OfAll());

    [Fact]
    public void ConfigurationReference_IsThatOfTheTypes() => Compare("docs/configuration.md", ConfigurationWriter.Write());

    // A key of the schema that the reference has no row for would be one that nobody reads of.
    [Fact]
    public void ConfigurationReference_HasEveryKey()
    {
        var rows = Repository.Read("docs/configuration.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]).ToHashSet();

        Assert.Empty(KeysOf(JsonNode.Parse(Repository.Read(All))!["properties"]!["Aeronet"]!["properties"]!.AsObject().Select(section => section.Value!)).Except(rows));

        static IEnumerable<string> KeysOf(IEnumerable<JsonNode> schemas) => schemas.SelectMany(schema => (schema["properties"] as JsonObject ?? [])
            .Select(key => key.Key).Concat(KeysOf(new[] { schema["items"], schema["additionalProperties"] as JsonObject }.OfType<JsonNode>()
                .Concat((schema["properties"] as JsonObject ?? []).Select(key => key.Value!)))));
    }

    // Pages have tables of their own for what they are about.
    [Fact]
    public void OtherPages_TellTheSameDefaults()
    {
        var reference = Rows("docs/configuration.md", "| key | type | default |").ToLookup(row => row[0].Trim('`'), row => row[2]);
        var others = Documents.All.Where(page => page != "docs/configuration.md").SelectMany(page => Rows(page, "| key | default |").Select(row => (page, row)));
        var wrong = from other in others
                    where other.row[1].StartsWith('`')
                    from pair in Spans(other.row[0]).Select(key => key.Split(':')[^1]).Zip(Spans(other.row[1]))
                    where !reference[pair.First].Any(text => Spans(text).Contains(pair.Second))
                    select $"{other.page}: {pair.First} is said to be {pair.Second}, and is {string.Join(" or ", reference[pair.First])}";

        Assert.True(!wrong.Any(), string.Join('\n', wrong));

        static IEnumerable<string> Spans(string text) => text.Split('`').Where((_, index) => index % 2 == 1);
    }

    private static IEnumerable<string[]> Rows(string page, string heading)
    {
        var isRow = false;
        foreach (var line in Repository.Read(page).Split('\n'))
        {
            if (isRow && line.StartsWith("| `", StringComparison.Ordinal))
                yield return line.Trim('|').Split('|', StringSplitOptions.TrimEntries);

            isRow = line.StartsWith(heading, StringComparison.Ordinal) || (isRow && line.StartsWith('|'));
        }
    }

    private static void Compare(string path, string expected)
    {
        if (Environment.GetEnvironmentVariable("AERONET_WRITE_DOCS") == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, path), expected);
        }

        Assert.Equal(expected, File.Exists(Path.Combine(Repository.Root, path)) ? Repository.Read(path) : "");
    }
}
