using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>
/// Makes docs/configuration.md, a table for each section, from what the schema is made of: the options types, their documentation comments and
/// <see cref="SchemaFacts"/>.
/// </summary>
internal sealed partial class ConfigurationWriter
{
    // The page that tells the whole story of a section.
    private static readonly Dictionary<string, string> s_guides = new()
    {
        ["Transport"] = "options.md#aeronettransport",
        ["ConnectionLimits"] = "connection-limits.md",
        ["ProxyProtocol"] = "proxy-protocol.md",
        ["Tls"] = "tls-configuration.md",
        ["StaticFiles"] = "static-files.md",
        ["Pipeline"] = "pipeline.md",
        ["AccessLog"] = "access-log.md",
        ["HttpsRedirect"] = "middleware.md#https-redirect",
        ["TlsMetrics"] = "tls-metrics.md",
        ["Cors"] = "cors.md",
        ["Routes"] = "hooks.md#prefixes",
        ["Dashboard"] = "dashboard.md",
        ["Health"] = "health-and-drain.md#aeronethealth",
        ["ParserDiagnostics"] = "parser-diagnostics.md",
    };

    private readonly StringBuilder _page = new();
    private readonly Dictionary<Type, string> _types = [];
    private readonly Dictionary<string, string> _objects = [];

    /// <summary>The page.</summary>
    public static string Write()
    {
        var writer = new ConfigurationWriter();
        writer._page.Append("""
            # Configuration reference

            Every key, made from the documentation comments of the options types: `AERONET_WRITE_DOCS=1` writes this page anew, and a test compares. How values are
            read, and how to see what is in force: [options](options.md).

            A time is `hh:mm:ss`, a day `1.00:00:00`. Where a list may also be a text, semicolons are between its items. `none` is a key that is not set. `N` stands for the place of an item, from 0,
            `NAME` for a name of your choice.


            """);
        foreach (var section in SchemaFacts.Sections)
            writer._page.Append(CultureInfo.InvariantCulture, $"- [`Aeronet:{section.Key}`](#{Anchor(HeadingOf(section))})\n");

        foreach (var section in SchemaFacts.Sections)
        {
            var path = HeadingOf(section);
            writer._page.Append(CultureInfo.InvariantCulture, $"\n## {path}\n\n{XmlDocs.MarkdownOf("T:" + section.Options.FullName)} [More]({s_guides[section.Key]}).\n");
            writer.WriteSection(path, section.Options);
        }

        return writer._page.ToString();
    }

    private static string HeadingOf(SchemaSection section) => $"Aeronet:{section.Key}{(section.IsList ? ":N" : "")}";

    private void WriteSection(string path, Type type)
    {
        _types.TryAdd(type, path);
        var schema = SchemaWriter.OfType(type)["properties"]!.AsObject();
        var inner = new List<(string Path, Type Type)>();
        var objects = new List<(string Path, JsonObject Schema)>();
        WriteHead();
        foreach (var (key, value) in schema)
        {
            var shape = value!.AsObject();
            var property = type.GetProperty(key, BindingFlags.Public | BindingFlags.Instance);
            var isWritten = SchemaFacts.ExtraKeys.TryGetValue(type, out var extra) && extra.Key == key;
            var meaning = isWritten || property is null ? (string)shape["description"]! : XmlDocs.MarkdownOf($"P:{property.DeclaringType!.FullName}.{key}");
            if (!isWritten && property is not null && HasKeys(shape) && OptionsOf(property) is ({ } options, var suffix))
            {
                meaning += KnownKeys(options) ?? LinkTo(path, key, suffix);
                if (_types.TryAdd(options, $"{path}:{key}{suffix}") && !_types.Keys.Any(type => type.IsSubclassOf(options)))
                    inner.Add(($"{path}:{key}{suffix}", options));
            }
            else if (ObjectOf(shape) is { } properties && key is not ("Mounts" or "StaticFiles"))
            {
                meaning += _objects.TryGetValue(properties.ToJsonString(), out var seen) ? $" Keys as of [`{seen}`](#{Anchor(seen)})." : LinkTo(path, key, "");
                if (_objects.TryAdd(properties.ToJsonString(), $"{path}:{key}"))
                    objects.Add(($"{path}:{key}", properties));
            }

            // Sections have none, but for their keys.
            if (!isWritten && property is not null && property.PropertyType.Namespace?.StartsWith("Aeronet.", StringComparison.Ordinal) != true && !Says().IsMatch(meaning))
                throw new InvalidOperationException($"{type.Name}.{key} does not say what it is unless set: begin a sentence of its remarks with 'Defaults to', or say 'Needed'.");

            WriteRow(key, shape, meaning, hasDefaults: shape["properties"] is not null && inner.Any(section => section.Path == $"{path}:{key}"));
        }

        foreach (var (name, properties) in objects)
        {
            _page.Append(CultureInfo.InvariantCulture, $"\n### {name}\n");
            WriteHead();
            foreach (var (key, shape) in properties)
                WriteRow(key, shape!.AsObject(), (string)shape["description"]!);
        }

        foreach (var (name, options) in inner)
        {
            _page.Append(CultureInfo.InvariantCulture, $"\n### {name}\n\n{XmlDocs.MarkdownOf("T:" + options.FullName)}\n");
            WriteSection(name, options);
        }
    }

    private void WriteHead() => _page.Append("\n| key | type | default | meaning |\n|---|---|---|---|\n");

    private void WriteRow(string key, JsonObject shape, string meaning, bool hasDefaults = false)
    {
        var (text, implied) = SplitDefault(meaning);
        var literal = shape["default"] switch
        {
            null => null,
            JsonArray items => string.Join(", ", items.Select(item => $"`{item}`")),
            var value => $"`{value}`",
        };
        var shownDefault = literal ?? implied
            ?? (text.Contains("Needed", StringComparison.Ordinal) ? "needed" : hasDefaults ? "by key" : "none");

        // A sentence that says more than the value stays where it is.
        if (literal is not null && implied is not null && implied.AsSpan().ContainsAny(",:;(") && Words(implied) != Words(literal))
            text = meaning;

        var names = shape["enumDescriptions"] is JsonArray descriptions
            ? string.Concat(shape["enum"]!.AsArray().Zip(descriptions, (name, description) => $"<br>`{name}`: {Escape((string)description!)}"))
            : "";
        _page.Append(CultureInfo.InvariantCulture, $"| `{key}` | {TypeOf(shape)} | {shownDefault} | {text}{names} |\n");
    }

    // The keys of a type that has been written, or of one that it adds to.
    private string? KnownKeys(Type options)
    {
        var (type, path) = _types.FirstOrDefault(seen => options.IsAssignableFrom(seen.Key));
        if (type is null)
            return null;

        var keys = SchemaWriter.OfType(options)["properties"]!.AsObject().Select(key => $"`{key.Key}`");
        return $" Keys as of [`{path}`](#{Anchor(path)}){(type == options ? "" : ": " + string.Join(", ", keys))}.";
    }

    private static string LinkTo(string path, string key, string suffix) => $" [Keys](#{Anchor($"{path}:{key}{suffix}")}).";

    private static (Type? Options, string Suffix) OptionsOf(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var (item, suffix) = type switch
        {
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IDictionary<,>) => (type.GetGenericArguments()[1], ":NAME"),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IList<>) => (type.GetGenericArguments()[0], ":N"),
            _ => (type, ""),
        };
        return item.IsClass && item.Assembly.GetName().Name!.StartsWith("Aeronet.", StringComparison.Ordinal) ? (item, suffix) : (null, "");
    }

    private static JsonObject? ObjectOf(JsonObject shape) => shape["properties"] as JsonObject ?? shape["items"]?["properties"] as JsonObject;

    private static string TypeOf(JsonObject shape) => shape switch
    {
        _ when shape["anyOf"] is JsonArray { Count: 2 } => "list, or text",
        _ when shape["enum"] is JsonArray names => string.Join(", ", names.Select(name => $"`{name}`")),
        _ when shape["patternErrorMessage"] is not null => "time",
        _ => (string?)shape["type"] switch
        {
            "boolean" => "`true`, `false`",
            "integer" or "number" => Range((long?)shape["minimum"], (long?)shape["maximum"]),
            "string" => "text",
            "array" => shape["items"]!["properties"] is not null ? "list of sections" : $"list of {Plural(TypeOf(shape["items"]!.AsObject()))}",
            "object" when shape["additionalProperties"] is JsonObject values => values["properties"] is null ? $"section, name to {TypeOf(values)}" : "section of sections",
            "object" => "section",
            var other => throw new NotSupportedException($"A value of {other} has no name here."),
        },
    };

    private static string Plural(string type) => type == "text" ? "texts" : type;

    private static string Range(long? least, long? greatest) => (least, greatest) switch
    {
        (null, null) => "number",
        ({ } from, null) => string.Create(CultureInfo.InvariantCulture, $"number, {from:N0} or more"),
        var (from, to) => string.Create(CultureInfo.InvariantCulture, $"number, {from:N0} to {to:N0}"),
    };

    // What a comment says of the default, which the table has in a column of its own.
    private static (string Text, string? Default) SplitDefault(string meaning)
    {
        var match = Default().Match(meaning);
        return match.Success ? ((meaning[..match.Index] + meaning[(match.Index + match.Length)..].TrimStart()).Trim(), match.Groups["default"].Value.Replace(", and to ", ", and ", StringComparison.Ordinal)) : (meaning, null);
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    // Whether a list is the same, however it is written.
    private static string Words(string list) => list.Replace(" and ", ", ", StringComparison.Ordinal).Replace(",,", ",", StringComparison.Ordinal);

    private static bool HasKeys(JsonObject shape) => shape.ToJsonString().Contains("\"properties\"", StringComparison.Ordinal);

    // As GitHub makes it of a heading.
    private static string Anchor(string heading) => heading.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();

    [GeneratedRegex("Defaults to|Needed")]
    private static partial Regex Says();

    [GeneratedRegex(@"Defaults to (?<default>.*?)\.(?= |$)")]
    private static partial Regex Default();
}
