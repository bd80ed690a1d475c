using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Middleware.ConfigReport;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>
/// Makes the JSON schema (draft-07) of sections from the options types, their documentation comments and <see cref="SchemaFacts"/>.
/// </summary>
internal static class SchemaWriter
{
    private const string TimePattern = @"^-?([0-9]+\.)?[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,7})?)?$";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// The schema of one package's sections. Editors merge those of all packages, so that the sections of others are left open here; what
    /// else is there, only the package that knows of all of them refuses.
    /// </summary>
    public static string OfPackage(string package) => ToText(SchemaFacts.Sections
        .Where(section => section.Package == package || IsLast(package))
        .Select(section => (section.Key, section.Package == package ? OfSection(section) : [])), isClosed: IsLast(package));

    /// <summary>The schema of all sections.</summary>
    public static string OfAll() => ToText(SchemaFacts.Sections.Select(section => (section.Key, OfSection(section))), isClosed: true);

    /// <summary>The schema of an options type.</summary>
    public static JsonObject OfType(Type type, string? except = null)
    {
        var defaults = Activator.CreateInstance(type);
        var properties = new JsonObject();
        if (SchemaFacts.ExtraKeys.TryGetValue(type, out var extra) && extra.Key != except)
        {
            properties[extra.Key] = extra.Create();
        }

        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsConfigurable))
        {
            properties[property.Name] = OfProperty(property, defaults);
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    private static bool IsLast(string package) => package == "Middleware";

    private static string ToText(IEnumerable<(string Key, JsonObject Schema)> sections, bool isClosed)
    {
        var aeronet = new JsonObject
        {
            ["description"] = "Options of Aeronet.AspNetCore.",
            ["type"] = "object",
            ["properties"] = new JsonObject(sections.Select(section => KeyValuePair.Create(section.Key, (JsonNode?)section.Schema))),
        };
        if (isClosed)
        {
            aeronet["additionalProperties"] = false;
        }

        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["type"] = "object",
            ["properties"] = new JsonObject { ["Aeronet"] = aeronet },
        };
        return schema.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject OfSection(SchemaSection section)
    {
        var schema = OfType(section.Options);
        schema = section.IsList ? SchemaFacts.List(schema) : schema;
        schema.Insert(0, "description", XmlDocs.Of("T:" + section.Options.FullName));
        return schema;
    }

    // Delegates and services are set by code.
    private static bool IsConfigurable(PropertyInfo property) =>
        !typeof(Delegate).IsAssignableFrom(property.PropertyType)
        && !(property.PropertyType.IsInterface && !property.PropertyType.IsGenericType)
        && !SchemaFacts.OnlyInCode.Contains(NameOf(property));

    private static JsonObject OfProperty(PropertyInfo property, object? defaults)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var schema = SchemaFacts.Shapes.TryGetValue(NameOf(property), out var shape) ? shape() : OfValue(type, property.DeclaringType!);
        schema.Insert(0, "description", XmlDocs.Of($"P:{property.DeclaringType!.FullName}.{property.Name}"));
        if (SchemaFacts.Ranges.TryGetValue(NameOf(property), out var range))
        {
            AddBound(schema, "minimum", range.Least);
            AddBound(schema, "maximum", range.Greatest);
        }

        if (DefaultOf(property, defaults) is { } value)
        {
            schema["default"] = value;
        }

        return schema;
    }

    private static void AddBound(JsonObject schema, string keyword, long? bound)
    {
        if (bound is not null)
        {
            schema[keyword] = bound;
        }
    }

    private static JsonObject OfValue(Type type, Type declaring) => type switch
    {
        _ when type == typeof(bool) => new() { ["type"] = "boolean" },
        _ when type == typeof(int) || type == typeof(long) => new() { ["type"] = "integer" },
        _ when type == typeof(double) => new() { ["type"] = "number" },
        _ when type == typeof(string) => SchemaFacts.Text(),
        _ when type == typeof(TimeSpan) => OfTime(),
        { IsEnum: true } => OfEnum(type),
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IDictionary<,>) => new()
        {
            ["type"] = "object",
            ["additionalProperties"] = OfValue(type.GetGenericArguments()[1], declaring),
        },
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IList<>) => OfList(type.GetGenericArguments()[0], declaring),
        { IsClass: true } when type.Assembly.GetName().Name!.StartsWith("Aeronet.", StringComparison.Ordinal) => OfType(type),
        _ => throw new NotSupportedException($"{declaring.Name} has a {type}: say how it is written in {nameof(SchemaFacts)}."),
    };

    // The last is not in draft-07; VS Code shows it in place of the pattern.
    private static JsonObject OfTime() => new()
    {
        ["type"] = "string",
        ["pattern"] = TimePattern,
        ["patternErrorMessage"] = "Use a time such as 00:00:05, hours:minutes:seconds; a day is 1.00:00:00.",
    };

    private static JsonObject OfList(Type items, Type declaring) => items == typeof(string) && SchemaFacts.TakesTextForLists(declaring)
        ? SchemaFacts.TextOrList()
        : SchemaFacts.List(OfValue(items, declaring));

    private static JsonObject OfEnum(Type type)
    {
        var names = Enum.GetNames(type);
        var schema = SchemaFacts.Enum("string", [.. names.Select(name => (JsonNode)name)]);

        // Not in draft-07; VS Code shows them beside the values.
        schema["enumDescriptions"] = new JsonArray([.. names.Select(name => (JsonNode)XmlDocs.Of($"F:{type.FullName}.{name}"))]);
        return schema;
    }

    private static JsonNode? DefaultOf(PropertyInfo property, object? defaults) => property.GetValue(defaults) switch
    {
        // The machine's.
        int when property.Name == "EventLoops" => null,
        bool value => value,
        int value => value,
        long value => value,
        double value => value,
        "" => null,
        string value => value,
        TimeSpan value => OptionValues.Text(value),
        Enum value => value.ToString(),
        IList<string> { Count: > 0 } values => new JsonArray([.. values.Select(value => (JsonNode)value)]),
        _ => null,
    };

    private static string NameOf(PropertyInfo property) => $"{property.DeclaringType!.Name}.{property.Name}";
}
