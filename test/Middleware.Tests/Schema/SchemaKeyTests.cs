using System.Text.Json.Nodes;
using Aeronet.AspNetCore.StaticFiles;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>The schema knows the keys and the limits that the code knows, no more and no less.</summary>
public sealed class SchemaKeyTests
{
    private const string Unknown = "NoSuchKeyAnywhere";

    public static TheoryData<string> Objects => [.. ObjectsOf("Aeronet", Root).Select(found => found.Path)];

    public static TheoryData<string> RangedKeys => [.. ObjectsOf("Aeronet", Root)
        .SelectMany(found => found.Keys.Where(IsRanged).Select(key => $"{found.Path}:{key.Key}"))];

    private static JsonObject Root => JsonNode.Parse(SchemaWriter.OfAll())!["properties"]!["Aeronet"]!.AsObject();

    // The readers name the keys that they know when they see another one. Static files are bound by type, and the schema is of the type.
    [Theory]
    [MemberData(nameof(Objects))]
    public void Keys_AreThoseThatTheReaderKnows(string path)
    {
        var isOfFiles = path.Contains(":StaticFiles", StringComparison.Ordinal);
        var settings = new Dictionary<string, string?> { [$"{path}:{Unknown}"] = "1" };
        if (isOfFiles && path.StartsWith("Aeronet:Routes:", StringComparison.Ordinal))
            settings["Aeronet:Routes:0:Prefix"] = "/a";

        var failures = SettingsProbe.FailuresOf(settings);
        if (isOfFiles)
        {
            Assert.Contains(failures, failure => failure.Contains(Unknown, StringComparison.Ordinal));
            return;
        }

        const string Remedy = "use one of ";
        var failure = Assert.Single(failures, failure => failure.StartsWith($"{path}:{Unknown} ", StringComparison.Ordinal));
        var known = failure[(failure.IndexOf(Remedy, StringComparison.Ordinal) + Remedy.Length)..].TrimEnd('.').Split(", ");
        Assert.Equal(ObjectsOf("Aeronet", Root).Single(found => found.Path == path).Keys.Select(key => key.Key).Order(), known.Order());
    }

    [Theory]
    [MemberData(nameof(RangedKeys))]
    public void Range_IsTheValidators(string key)
    {
        var (path, name) = (key[..key.LastIndexOf(':')], key[(key.LastIndexOf(':') + 1)..]);
        var schema = ObjectsOf("Aeronet", Root).Single(found => found.Path == path).Keys[name]!;
        if ((long?)schema["minimum"] is { } least)
        {
            Assert.DoesNotContain(FailuresOf(key, least), IsAboutRange);
            Assert.Contains(FailuresOf(key, least - 1), IsAboutRange);
        }

        if ((long?)schema["maximum"] is { } greatest)
        {
            Assert.DoesNotContain(FailuresOf(key, greatest), IsAboutRange);
            Assert.Contains(FailuresOf(key, greatest + 1), IsAboutRange);
        }

        bool IsAboutRange(string failure) => failure.StartsWith(key + " is ", StringComparison.Ordinal);
    }

    // A number without a range is one that somebody forgot.
    [Fact]
    public void EveryNumber_HasARange() => Assert.Empty(ObjectsOf("Aeronet", Root)
        .SelectMany(found => found.Keys.Where(key => (string?)key.Value!["type"] is "integer" or "number" && !IsRanged(key) && key.Value["enum"] is null)
            .Select(key => $"{found.Path}:{key.Key}")));

    private static bool IsRanged(KeyValuePair<string, JsonNode?> key) => key.Value!["minimum"] is not null || key.Value["maximum"] is not null;

    private static IReadOnlyList<string> FailuresOf(string key, long value) =>
        SettingsProbe.FailuresOf(new Dictionary<string, string?>
        {
            [key] = value.ToString(System.Globalization.CultureInfo.InvariantCulture),
            [AeronetStaticFileOptions.SectionName + ":Root"] = AppContext.BaseDirectory,
            [key.StartsWith("Aeronet:Routes:", StringComparison.Ordinal) ? "Aeronet:Routes:0:Prefix" : "Urls"] = "/a",
        });

    // Every object with keys of its own, under the path that it has in configuration; members of lists and maps as the first one.
    private static IEnumerable<(string Path, JsonObject Keys)> ObjectsOf(string path, JsonNode schema)
    {
        if (schema["properties"] is JsonObject keys)
        {
            yield return (path, keys);
            foreach (var inner in keys.SelectMany(key => ObjectsOf($"{path}:{key.Key}", key.Value!)))
            {
                yield return inner;
            }
        }

        var (member, name) = schema["items"] is { } items ? (items, "0") : (schema["additionalProperties"] as JsonObject, "name");
        foreach (var inner in member is null ? [] : ObjectsOf($"{path}:{name}", member))
        {
            yield return inner;
        }
    }
}
