using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Packages.Tests.Support;

namespace Aeronet.AspNetCore.Packages.Tests.Content;

/// <summary>The packages bring the schema of appsettings.json to a project that refers to them, as editors ask for it.</summary>
public sealed class SchemaTests(BuiltFeed built)
{
    private static readonly string[] s_packages = ["Transport", "StaticFiles", "Middleware"];

    [Fact]
    public void Packages_HaveTheirSchema()
    {
        foreach (var name in s_packages)
        {
            var package = built.Feed[$"Aeronet.AspNetCore.{name}"];
            Assert.Equal(Repository.Read($"src/{name}/ConfigurationSchema.json"), package.ReadText("ConfigurationSchema.json"));
            Assert.Contains("JsonSchemaSegment", package.ReadText($"buildTransitive/{package.Id}.targets"), StringComparison.Ordinal);
        }

        Assert.Equal(Repository.Read("src/Middleware/aeronet.schema.json"), built.Feed["Aeronet.AspNetCore.Middleware"].ReadText("aeronet.schema.json"));
    }

    [Fact]
    public async Task ProjectOfTheMetapackage_HasThemAll()
    {
        var app = Directory.CreateDirectory(Path.Combine(built.Folder, "app")).FullName;
        built.Feed.WriteConfiguration(app);
        await File.WriteAllTextAsync(Path.Combine(app, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="Aeronet.AspNetCore" Version="{built.Feed.Version}" /></ItemGroup>
            </Project>
            """);
        await Dotnet.RunAsync(app, "restore");

        // Nobody gets an exporter that he has not asked for.
        var restored = await File.ReadAllTextAsync(Path.Combine(app, "obj", "project.assets.json"));
        Assert.Contains("Markdig/", restored, StringComparison.Ordinal);
        Assert.DoesNotContain("OpenTelemetry", restored, StringComparison.OrdinalIgnoreCase);

        // What VS Code's C# extension and Visual Studio ask.
        var answer = JsonNode.Parse(await Dotnet.RunAsync(app, "msbuild", "-getItem:JsonSchemaSegment", "-nologo"))!;
        var items = answer["Items"]!["JsonSchemaSegment"]!.AsArray();
        Assert.Equal(
            s_packages.Select(name => $"aeronet.aspnetcore.{name}".ToLowerInvariant()).Order(),
            items.Select(item => Directory.GetParent(Path.GetDirectoryName((string)item!["FullPath"]!)!)!.Name).Order());
        foreach (var item in items)
        {
            Assert.Equal(@"appsettings\..*json", (string?)item!["FilePathPattern"]);
            Assert.Contains("\"Aeronet\"", await File.ReadAllTextAsync((string)item["FullPath"]!), StringComparison.Ordinal);
        }

        await Dotnet.RunAsync(app, "msbuild", "-t:CopyAeronetSchema", "-p:AeronetSchemaFile=aeronet.schema.json", "-nologo");
        Assert.Equal(Repository.Read("src/Middleware/aeronet.schema.json"), await File.ReadAllTextAsync(Path.Combine(app, "aeronet.schema.json")));
    }
}
