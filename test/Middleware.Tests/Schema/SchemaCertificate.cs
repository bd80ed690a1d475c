using System.Text.Json.Nodes;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>The keys of a certificate, which are Kestrel's and no type's. Their meaning is that of docs/tls-configuration.md.</summary>
internal static class SchemaCertificate
{
    public static JsonObject Create()
    {
        var properties = new JsonObject();
        foreach (var row in Repository.Table("docs/tls-configuration.md", "## Certificates", "| key |"))
        {
            var (key, meaning) = (row[0].Trim('`'), row[1].Replace("`", "", StringComparison.Ordinal));
            var shape = key switch
            {
                "AllowInvalid" => new JsonObject { ["type"] = "boolean", ["default"] = false },
                "Location" => SchemaFacts.Enum("string", "CurrentUser", "LocalMachine"),
                "Store" => new JsonObject { ["type"] = "string", ["default"] = "My" },
                _ => SchemaFacts.Text(),
            };
            shape.Insert(0, "description", meaning);
            properties[key] = shape;
        }

        return new JsonObject
        {
            ["description"] = "A certificate: Path for a file, or Subject for the certificate store.",
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
    }
}
