using System.Text;
using Microsoft.Extensions.Configuration;
using NJsonSchema;
using NJsonSchema.Validation;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>What an editor says of settings: nothing of right ones, something of wrong ones.</summary>
public sealed class SchemaValidationTests
{
    private static readonly Lazy<Task<JsonSchema>> Whole = new(() => JsonSchema.FromJsonAsync(Repository.Read(SchemaFileTests.All)));

    private static readonly string[] s_elsewhere = ["does not exist", "directory that exists", "has no web root", "the environment is not Development"];

    public static TheoryData<string> Examples => [.. DocumentedExamples().Select(example => example.Place)];

    public static TheoryData<string> Samples => [.. Directory
        .GetFiles(Path.Combine(Repository.Root, "samples"), "appsettings*.json", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task DocumentedExample_IsValid(string place) => Assert.Empty(await ErrorsOfAsync(ExampleAt(place)));

    // All that may be wrong with it here is that what it names is elsewhere.
    [Theory]
    [MemberData(nameof(Examples))]
    public void DocumentedExample_Binds(string place)
    {
        var settings = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(ExampleAt(place)))).Build()
            .AsEnumerable().Where(setting => setting.Value is not null).ToDictionary();

        var failures = SettingsProbe.FailuresOf(settings).Where(failure => !IsElsewhere(failure)).ToArray();

        Assert.True(failures.Length == 0, string.Join('\n', failures));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Sample_IsValid(string path) => Assert.Empty(await ErrorsOfAsync(Repository.Read(path)));

    [Fact]
    public void Documentation_HasAnExampleOfEverySection()
    {
        var text = string.Concat(DocumentedExamples().Select(example => example.Text));
        Assert.All(SchemaFacts.Sections, section => Assert.Contains($"\"{section.Key}\"", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "Acess Log": {} }""", "#/Aeronet.Acess Log")]
    [InlineData("""{ "Transport": { "EventLoops": 0 } }""", "#/Aeronet.Transport.EventLoops")]
    [InlineData("""{ "Transport": { "EventLoops": "four" } }""", "#/Aeronet.Transport.EventLoops")]
    [InlineData("""{ "Transport": { "Dispatch": "Inlined" } }""", "#/Aeronet.Transport.Dispatch")]
    [InlineData("""{ "Transport": { "StallThreshold": "5ms" } }""", "#/Aeronet.Transport.StallThreshold")]
    [InlineData("""{ "Transport": { "Backlogs": 5 } }""", "#/Aeronet.Transport.Backlogs")]
    [InlineData("""{ "Tls": { "Protocols": "Tls11" } }""", "#/Aeronet.Tls.Protocols")]
    [InlineData("""{ "Tls": { "Hosts": { "a.example": { "Ktls": "Required" } } } }""", "#/Aeronet.Tls.Hosts['a.example'].Ktls")]
    [InlineData("""{ "Tls": { "Certificate": { "Pfad": "a.pem" } } }""", "#/Aeronet.Tls.Certificate.Pfad")]
    [InlineData("""{ "StaticFiles": { "Precompressed": [ "deflate" ] } }""", "#/Aeronet.StaticFiles.Precompressed[0]")]
    [InlineData("""{ "StaticFiles": { "Mounts": [ { "Mounts": [] } ] } }""", "#/Aeronet.StaticFiles.Mounts[0].Mounts")]
    [InlineData("""{ "HttpsRedirect": { "StatusCode": 303 } }""", "#/Aeronet.HttpsRedirect.StatusCode")]
    [InlineData("""{ "HttpsRedirect": { "PortMap": { "http": 443 } } }""", "#/Aeronet.HttpsRedirect.PortMap.http")]
    [InlineData("""{ "HttpsRedirect": { "Hsts": { "MaxAge": 365 } } }""", "#/Aeronet.HttpsRedirect.Hsts.MaxAge")]
    [InlineData("""{ "TlsMetrics": { "RequestTags": [ "tls.client.server_name" ] } }""", "#/Aeronet.TlsMetrics.RequestTags[0]")]
    [InlineData("""{ "Cors": { "Policies": { "all": { "Origin": "*" } } } }""", "#/Aeronet.Cors.Policies.all.Origin")]
    [InlineData("""{ "AccessLog": { "Overflow": "Block" } }""", "#/Aeronet.AccessLog.Overflow")]
    [InlineData("""{ "Routes": { "Prefix": "/files" } }""", "#/Aeronet.Routes")]
    [InlineData("""{ "Routes": [ { "Prefix": "files" } ] }""", "#/Aeronet.Routes[0].Prefix")]
    [InlineData("""{ "Pipeline": { "Cors": "on" } }""", "#/Aeronet.Pipeline.Cors")]
    public async Task WrongSetting_IsRefusedWhereItIs(string aeronet, string path) =>
        Assert.Contains(path, (await ErrorsOfAsync($$"""{ "Aeronet": {{aeronet}} }""")).SelectMany(Deepest).Select(error => error.Path));

    [Theory]
    [InlineData("Transport", """{ "Aeronet": { "Transport": { "EventLoops": 2 }, "Cors": {} } }""", true)]
    [InlineData("Transport", """{ "Aeronet": { "Transport": { "EventLoops": 0 } } }""", false)]
    [InlineData("StaticFiles", """{ "Aeronet": { "StaticFiles": { "Root": "site" }, "Transport": {} } }""", true)]
    [InlineData("StaticFiles", """{ "Aeronet": { "StaticFiles": { "Rot": "site" } } }""", false)]
    [InlineData("Middleware", """{ "Aeronet": { "StaticFiles": { "Root": "site" }, "Cors": {} } }""", true)]
    [InlineData("Middleware", """{ "Aeronet": { "StaticFile": {} } }""", false)]
    public async Task PackageSchema_KnowsItsSectionsAndLeavesOthersOpen(string package, string settings, bool isValid)
    {
        var schema = await JsonSchema.FromJsonAsync(Repository.Read($"src/{package}/ConfigurationSchema.json"));
        Assert.Equal(isValid, schema.Validate(settings).Count == 0);
    }

    private static async Task<ICollection<ValidationError>> ErrorsOfAsync(string settings) => (await Whole.Value).Validate(settings);

    private static IEnumerable<ValidationError> Deepest(ValidationError error) => error is ChildSchemaValidationError { Errors: var inner }
        ? inner.Values.SelectMany(errors => errors).SelectMany(Deepest).Prepend(error)
        : [error];

    // Files, folders and the web root of an application that is not here, and a key log, which Development alone may have.
    private static bool IsElsewhere(string failure)
        => s_elsewhere.Any(reason => failure.Contains(reason, StringComparison.Ordinal));

    // Among them are answers of the server, which are none.
    private static IEnumerable<CodeFence> DocumentedExamples()
        => Documents.All.SelectMany(Documents.Fences).Where(fence => fence.Language == "json" && fence.Text.Contains("\"Aeronet\"", StringComparison.Ordinal));

    private static string ExampleAt(string place) => DocumentedExamples().Single(example => example.Place == place).Text;
}
