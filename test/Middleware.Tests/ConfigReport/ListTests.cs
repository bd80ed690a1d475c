using System.Text;
using Aeronet.AspNetCore.Middleware.ConfigReport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.ConfigReport;

/// <summary>Lists that a later file makes shorter, down to nothing, and what the report says of where they came from.</summary>
public sealed class ListTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-lists-");

    /// <summary>Every list of texts there is, with a value that it may have.</summary>
    public static TheoryData<string, string> Lists => new()
    {
        { "Aeronet:AccessLog:RedactQuery", "token" },
        { "Aeronet:AccessLog:RedactHeaders", "X-One" },
        { "Aeronet:AccessLog:KnownProxies", "10.0.0.0/8" },
        { "Aeronet:HttpsRedirect:AllowedHosts", "a.example" },
        { "Aeronet:TlsMetrics:RequestTags", "tls.cipher" },
        { "Aeronet:Cors:Default:Methods", "PUT" },
        { "Aeronet:Cors:Policies:p:ExposedHeaders", "ETag" },
        { "Aeronet:ParserDiagnostics:RedactHeaders", "X-One" },
        { "Aeronet:StaticFiles:DefaultDocuments", "home.html" },
        { "Aeronet:StaticFiles:Precompressed", "br" },
    };

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Lists))]
    public void EmptyList_ClearsTheDefault(string key, string item)
    {
        _ = item;
        Assert.Equal(("[]", "one.json"), Report(key, Json(key, "[]")));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void EmptyList_ClearsWhatAnEarlierFileHas(string key, string item) =>
        Assert.Equal(("[]", "two.json"), Report(key, Json(key, $"[ \"{item}\" ]"), Json(key, "[]")));

    [Theory]
    [MemberData(nameof(Lists))]
    public void EmptyList_LaterItems_Alone(string key, string item) => Assert.Equal(
        ($"[\"{item}\"]", "three.json"), Report(key, Json(key, $"[ \"{item}\", \"zstd\" ]"), Json(key, "[]"), Json(key, $"[ \"{item}\" ]")));

    [Theory]
    [MemberData(nameof(Lists))]
    public void List_NoEmptyOne_AsWritten(string key, string item) => Assert.Equal(($"[\"{item}\"]", "one.json"), Report(key, Json(key, $"[ \"{item}\" ]")));

    [Fact]
    public void Text_AfterAnArray_TakesItsPlace()
    {
        const string Key = "Aeronet:HttpsRedirect:AllowedHosts";
        Assert.Equal(("[\"c.example\", \"d.example\"]", "two.json"), Report(Key, Json(Key, "[ \"a.example\" ]"), Json(Key, "\"c.example;d.example\"")));
    }

    [Fact]
    public void Objects_EmptyList_ClearsThemToo()
    {
        const string Rules = "Aeronet:StaticFiles:CacheControlRules";
        const string Routes = "Aeronet:Routes";
        var rows = Read(
            Json(Rules, "[ { \"Pattern\": \"*.css\", \"Value\": \"no-cache\" } ]"), Json(Rules, "[]"),
            Json(Routes, "[ { \"Prefix\": \"/a\" } ]"), Json(Routes, "[]"));

        Assert.DoesNotContain(rows, row => row.Key.StartsWith(Rules + ":", StringComparison.Ordinal));
        Assert.DoesNotContain(rows, row => row.Key.StartsWith(Routes, StringComparison.Ordinal));
    }

    // An item that comes later is what it says itself, and nothing of the one that stood in its place.
    [Theory]
    [InlineData("Aeronet:Routes", "{ 'Prefix': '/admin', 'StaticRoot': '/srv/admin', 'Cors': 'open', 'StaticFiles': { 'MaxRanges': 2 } }", "{ 'Prefix': '/x' }", "Prefix", "/x")]
    [InlineData("Aeronet:StaticFiles:Mounts", "{ 'RequestPath': '/admin', 'Root': '/srv/admin', 'Precompressed': [ 'br' ], 'DirectoryIndex': { 'Enabled': true } }", "{ 'RequestPath': '/x' }", "RequestPath", "/x")]
    [InlineData("Aeronet:StaticFiles:CacheControlRules", "{ 'Pattern': '*.css', 'Value': 'no-cache' }", "{ 'Pattern': '*.js' }", "Pattern", "*.js")]
    public void Objects_EmptyListAndLaterItem_ItsOwnKeysAlone(string key, string first, string later, string name, string value)
    {
        foreach (var isChained in (bool[])[false, true])
        {
            var rows = Read(isChained, Json(key, $"[ {Quoted(first)} ]"), Json(key, "[]"), Json(key, $"[ {Quoted(later)} ]"))
                .Where(row => row.Key.StartsWith(key + ":0:", StringComparison.Ordinal)).ToArray();

            Assert.Equal((value, "three.json"), rows.Where(row => row.Key == $"{key}:0:{name}").Select(row => (row.Value, row.Source)).Single());
            Assert.DoesNotContain(rows, row => row.Source.Contains("one.json", StringComparison.Ordinal));
            Assert.DoesNotContain(rows, row => row.Value is "/srv/admin" or "open" or "no-cache" or "[\"br\"]");
        }

        static string Quoted(string text) => text.Replace('\'', '"');
    }

    // Which of both was meant nobody can say, and the wrong guess writes down passwords.
    [Theory]
    [InlineData("Aeronet:AccessLog:RedactHeaders")]
    [InlineData("Aeronet:AccessLog:RedactQuery")]
    [InlineData("Aeronet:ParserDiagnostics:RedactHeaders")]
    public void Redacted_TextAndItems_Refused(string key)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read(Json(key, "\"Authorization;Cookie\""), Json(key, "[ \"X-Foo\" ]")));

        Assert.Contains($"{key} is 'Authorization;Cookie' and {key}:0 is 'X-Foo': write the whole list as one text, or clear it by [] before the items.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mount_EmptyList_ClearsThatOfTheSection()
    {
        var rows = Read("""
            { "Aeronet": { "StaticFiles": { "Precompressed": [ "br" ], "Mounts": [ { "RequestPath": "/a", "Precompressed": [] }, { "RequestPath": "/b" } ] } } }
            """);

        Assert.Equal("[]", Assert.Single(rows, row => row.Key == "Aeronet:StaticFiles:Mounts:0:Precompressed").Value);
        Assert.Equal("[\"br\"]", Assert.Single(rows, row => row.Key == "Aeronet:StaticFiles:Mounts:1:Precompressed").Value);
    }

    [Fact]
    public void Prefix_Files_WithWhereTheyInheritFrom()
    {
        var rows = Read(
            """{ "Aeronet": { "StaticFiles": { "Symlinks": "Deny", "Root": "/x" } } }""",
            """{ "Aeronet": { "Routes": [ { "Prefix": "/a", "StaticRoot": "/srv", "StaticFiles": { "MaxRanges": 2 } }, { "Prefix": "/b" } ] } }""");

        Assert.Equal(("Deny", "one.json"), Row("Aeronet:Routes:0:StaticFiles:Symlinks"));
        Assert.Equal(("2", "two.json"), Row("Aeronet:Routes:0:StaticFiles:MaxRanges"));
        Assert.Equal(("80", "default"), Row("Aeronet:Routes:0:StaticFiles:RangeGap"));
        Assert.Equal(("/srv", "two.json"), Row("Aeronet:Routes:0:StaticRoot"));
        Assert.DoesNotContain(rows, row => row.Key is "Aeronet:Routes:0:StaticFiles:Root" or "Aeronet:Routes:0:StaticFiles:RequestPath");
        Assert.DoesNotContain(rows, row => row.Key.StartsWith("Aeronet:Routes:1:StaticFiles", StringComparison.Ordinal));

        (string?, string) Row(string key) => (rows.Single(row => row.Key == key).Value, rows.Single(row => row.Key == key).Source);
    }

    private (string? Value, string Source) Report(string key, params string[] files)
    {
        var row = Assert.Single(Read(files), row => row.Key == key);
        return (row.Value, row.Source);
    }

    private IReadOnlyList<ConfigRow> Read(params string[] files) => Read(false, files);

    private IReadOnlyList<ConfigRow> Read(bool isChained, params string[] files)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var sources = isChained ? new ConfigurationBuilder() : (IConfigurationBuilder)builder.Configuration;
        sources.SetBasePath(_folder.FullName);
        string[] names = ["one.json", "two.json", "three.json", "four.json"];
        foreach (var (name, text) in names.Zip(files))
        {
            File.WriteAllText(Path.Combine(_folder.FullName, name), text);
            sources.AddJsonFile(name);
        }

        if (isChained)
        {
            builder.Configuration.AddConfiguration(sources.Build());
        }

        builder.AddAeronet();
        using var app = builder.Build();
        return ConfigReporter.Read(app.Services);
    }

    // Policies need an origin.
    private static string Json(string key, string value)
    {
        var names = key.Split(':');
        var text = new StringBuilder(value);
        for (var i = names.Length - 1; i >= 0; i--)
        {
            var origins = i == names.Length - 1 && key.StartsWith("Aeronet:Cors:", StringComparison.Ordinal) ? "\"Origins\": [ \"https://a.example\" ], " : "";
            text.Insert(0, $"{{ {origins}\"{names[i]}\": ").Append(" }");
        }

        return text.ToString();
    }
}
