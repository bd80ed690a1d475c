using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Packages.Tests.Support;

namespace Aeronet.AspNetCore.Packages.Tests.Use;

/// <summary>What <c>dotnet new aeronet</c> makes is built, runs and does what its options say; as native code, too.</summary>
[Trait("Category", "Packages")]
public sealed class TemplateTests(ReleasedFeed released)
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task NewApplication_IsServedByAeronet_ItsSettingsHaveTheSchema()
    {
        var shop = await NewAsync("plain");
        await Dotnet.RunAsync(shop, "build", "-warnaserror", "--disable-build-servers");

        Assert.False(Directory.Exists(Path.Combine(shop, "wwwroot")));
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(shop, "appsettings.json")))!;
        Assert.Equal("./aeronet.schema.json", (string?)settings["$schema"]);
        Assert.Equal(Repository.Read("src/Middleware/aeronet.schema.json"), await File.ReadAllTextAsync(Path.Combine(shop, "aeronet.schema.json")));

        await using var app = await AppProcess.StartAsync(
            shop, Path.Combine(shop, "bin", "Debug", "net10.0", "Shop.dll"), "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", "--Logging:LogLevel:Aeronet=Debug");
        Assert.Equal("Hello, World!", await app.AskThroughAeronetAsync(app.Address("http")));
        Assert.Equal("Hello, you!", await app.AskThroughAeronetAsync(new Uri(app.Address("http"), "/hello/you")));
        await Eventually.HoldsAsync(() => app.Says("\"GET /hello/you HTTP/1.1\" 200"), "the access log has the request", () => app.Said);
    }

    [Fact]
    public async Task NewApplication_StaticAndHttps_PublishedAsNativeCode_Serves()
    {
        Assert.SkipWhen(ExternalTool.Find("clang") is null && ExternalTool.Find("gcc") is null, "neither clang nor gcc is installed");
        var shop = await NewAsync("native", "--static", "--https");
        await PublishNativeAsync(shop);
        var certificate = TestCertificate.Create();
        await File.WriteAllTextAsync(Path.Combine(shop, "site.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(shop, "site.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(Path.Combine(shop, "site.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var program = Path.Combine(shop, "out", "Shop");
        var size = new FileInfo(program).Length;
        TestContext.Current.TestOutputHelper?.WriteLine($"{size / (double)MiB:0.0} MiB of native code");
        Assert.InRange(size, 10 * MiB, 28 * MiB);
        Assert.Empty(Directory.GetFiles(Path.Combine(shop, "out"), "*.dll"));
        await using var app = await AppProcess.StartAsync(
            shop, program, "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Https:Url=https://127.0.0.1:0",
            "--Aeronet:Tls:Certificate:Path=site.pem", "--Aeronet:Tls:Certificate:KeyPath=site.key", "--Logging:LogLevel:Aeronet=Debug");

        Assert.Contains("by OpenSSL on the socket", app.Said, StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync(Path.Combine(shop, "wwwroot", "index.html"));
        Assert.Contains("<title>Shop</title>", page, StringComparison.Ordinal);
        Assert.Equal(page, await app.AskThroughAeronetAsync(app.Address("https")));
        Assert.Equal("Hello, you!", await app.AskThroughAeronetAsync(new Uri(app.Address("https"), "/hello/you")));

        using var client = AppProcess.CreateClient();
        using var redirect = await client.GetAsync(new Uri(app.Address("http"), "/hello/you?a=1")).OrTimeout("the redirect");
        Assert.Equal(HttpStatusCode.PermanentRedirect, redirect.StatusCode);
        Assert.Equal("/hello/you?a=1", redirect.Headers.Location!.PathAndQuery);
    }

    // Every warning of the compiler of native code is an error, of our assemblies and of those beneath.
    private static async Task PublishNativeAsync(string shop)
    {
        string[] compiler = ExternalTool.Find("clang") is null ? ["-p:CppCompilerAndLinker=gcc"] : [];
        var published = await Dotnet.TryAsync(
            shop, ["publish", "-c", "Release", "--use-current-runtime", "-o", "out", "-p:PublishAot=true", "-p:TrimmerSingleWarn=false", "-warnaserror", "--disable-build-servers", .. compiler]);
        foreach (var missing in new[] { "NU1101", "NU1102", "NU1301" })
            Assert.SkipWhen(published.Output.Contains(missing, StringComparison.Ordinal), $"the compiler of native code cannot be had ({missing})");

        Assert.True(published.ExitCode == 0, $"{published}");
        Assert.DoesNotContain("warning", published.Output, StringComparison.OrdinalIgnoreCase);
    }

    // The template is installed where nobody else's templates are.
    private async Task<string> NewAsync(string name, params string[] options)
    {
        var feed = await released.GetAsync();
        var folder = released.Folder(name);
        feed.WriteConfiguration(folder, askSources: name == "native");
        string[] hive = ["--debug:custom-hive", Path.Combine(folder, "hive")];
        await Dotnet.RunAsync(folder, ["new", "install", Path.Combine(feed.Folder, $"Aeronet.AspNetCore.Templates.{feed.Version}.nupkg"), .. hive]);
        await Dotnet.RunAsync(folder, ["new", "aeronet", "-o", "Shop", .. options, .. hive]);
        return Path.Combine(folder, "Shop");
    }
}
