using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>
/// The packages bring the schema to a project that refers to them, as editors ask for it, and depend on what they use, and on nothing that
/// is less finished than they are.
/// </summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string[] Packages = ["Transport", "StaticFiles", "Middleware"];

    // What each is, and all that it depends on. Prometheus is a preview, as the exporter under it is.
    private static readonly Dictionary<string, string[]> Dependencies = new()
    {
        ["Transport 0.1.0"] = [],
        ["StaticFiles 0.1.0"] = ["Aeronet.AspNetCore.Transport", "Markdig", "Scriban.Signed"],
        ["Middleware 0.1.0"] = ["Aeronet.AspNetCore.StaticFiles", "Aeronet.AspNetCore.Transport"],
        ["Prometheus 0.1.0-preview.1"] = ["Aeronet.AspNetCore.Middleware", "OpenTelemetry.Exporter.Prometheus.AspNetCore"],
    };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-packages-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Packages_DependOnWhatTheyUse_StableOnesOnStableOnesAlone()
    {
        var feed = await PackAsync();

        foreach (var (package, dependencies) in Dependencies)
        {
            var name = package.Replace(' ', '.');
            using var archive = ZipFile.OpenRead(Path.Combine(feed, $"Aeronet.AspNetCore.{name}.nupkg"));
            await using var nuspec = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            var found = XDocument.Load(nuspec).Descendants().Where(element => element.Name.LocalName == "dependency")
                .ToDictionary(element => (string)element.Attribute("id")!, element => (string)element.Attribute("version")!);
            Assert.Equal(dependencies, found.Keys.Order(StringComparer.Ordinal));
            Assert.True(IsPreview(package) || !found.Values.Any(IsPreview), $"{package} is stable and depends on a preview: {string.Join(", ", found)}");
        }

        static bool IsPreview(string version) => version.Contains('-', StringComparison.Ordinal);
    }

    // NU5104 says that a stable package depends on a preview.
    [Fact]
    public void Sources_NU5104_NowhereSuppressed() => Assert.DoesNotContain(
        Directory.GetFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Repository.Root, "Directory.*", SearchOption.AllDirectories)),
        file => File.ReadAllText(file).Contains("NU5104", StringComparison.Ordinal));

    [Fact]
    public async Task Packages_BringTheSchemaToAProject()
    {
        var feed = await PackAsync();

        Assert.All(Packages, package => CheckContent(Path.Combine(feed, $"Aeronet.AspNetCore.{package}.0.1.0.nupkg"), package));

        var app = _folder.CreateSubdirectory("app").FullName;
        await WriteProjectAsync(app, feed);
        await DotnetAsync(app, "restore");

        // Nobody gets an exporter that he has not asked for.
        var restored = await File.ReadAllTextAsync(Path.Combine(app, "obj", "project.assets.json"));
        Assert.Contains("Markdig/", restored, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenTelemetry", restored, StringComparison.OrdinalIgnoreCase);

        // What VS Code's C# extension and Visual Studio ask.
        var answer = JsonNode.Parse(await DotnetAsync(app, "msbuild", "-getItem:JsonSchemaSegment", "-nologo"))!;
        var items = answer["Items"]!["JsonSchemaSegment"]!.AsArray();
        Assert.Equal(
            Packages.Select(package => $"aeronet.aspnetcore.{package}".ToLowerInvariant()).Order(),
            items.Select(item => Directory.GetParent(Path.GetDirectoryName((string)item!["FullPath"]!)!)!.Name).Order());
        foreach (var item in items)
        {
            Assert.Equal(@"appsettings\..*json", (string?)item!["FilePathPattern"]);
            Assert.Contains("\"Aeronet\"", await File.ReadAllTextAsync((string)item["FullPath"]!), StringComparison.Ordinal);
        }

        await DotnetAsync(app, "msbuild", "-t:CopyAeronetSchema", "-p:AeronetSchemaFile=aeronet.schema.json", "-nologo");
        Assert.Equal(Repository.Read(SchemaFileTests.All), await File.ReadAllTextAsync(Path.Combine(app, "aeronet.schema.json")));
    }

    private async Task<string> PackAsync()
    {
        var feed = _folder.CreateSubdirectory("feed").FullName;
        foreach (var package in Dependencies.Keys)
        {
            var folder = $"src/{package.Split(' ')[0]}";
            await DotnetAsync(Repository.Root, "pack", folder, "--no-build", "--configuration", Configuration, "--output", feed);
        }

        return feed;
    }

    // The build that these tests were made by is packed.
    private static string Configuration => AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    private static void CheckContent(string file, string package)
    {
        using var archive = ZipFile.OpenRead(file);
        Assert.Equal(Repository.Read($"src/{package}/ConfigurationSchema.json"), Read("ConfigurationSchema.json"));
        Assert.Contains("JsonSchemaSegment", Read($"buildTransitive/Aeronet.AspNetCore.{package}.targets"), StringComparison.Ordinal);
        Assert.Equal(package == "Middleware", archive.GetEntry("aeronet.schema.json") is not null);

        string Read(string entry)
        {
            using var reader = new StreamReader(archive.GetEntry(entry)?.Open() ?? throw new FileNotFoundException($"{file} has no {entry}."));
            return reader.ReadToEnd();
        }
    }

    // What the packages depend on comes from where this repository restored it to.
    private static async Task WriteProjectAsync(string folder, string feed)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(folder, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <RestorePackagesPath>packages</RestorePackagesPath>
                <RestoreFallbackFolders>{cache}</RestoreFallbackFolders>
                <RestoreSources>{feed}</RestoreSources>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Aeronet.AspNetCore.Middleware" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "Directory.Build.props"), "<Project />");
    }

    private static async Task<string> DotnetAsync(string folder, params string[] arguments)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(ExternalTool.Require("dotnet").FullPath, arguments) };
        process.StartInfo.WorkingDirectory = folder;
        process.StartInfo.RedirectStandardOutput = true;
        process.StartInfo.RedirectStandardError = true;
        process.StartInfo.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        process.StartInfo.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        process.StartInfo.Environment["DOTNET_NOLOGO"] = "1";
        process.Start();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().OrTimeout($"dotnet {arguments[0]}", TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync().OrTimeout($"dotnet {arguments[0]} to end");
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output} {await error}");
        return output;
    }
}
