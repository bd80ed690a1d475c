using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>The packages bring the schema to a project that refers to them, as editors ask for it.</summary>
public sealed class PackageTests : IDisposable
{
    private static readonly string[] Packages = ["Transport", "StaticFiles", "Middleware"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aeronet-packages-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Packages_BringTheSchemaToAProject()
    {
        var feed = _folder.CreateSubdirectory("feed").FullName;
        foreach (var package in Packages)
        {
            await DotnetAsync(Repository.Root, "pack", $"src/{package}", "--no-build", "--configuration", Configuration, "--output", feed);
        }

        Assert.All(Packages, package => CheckContent(Path.Combine(feed, $"Aeronet.AspNetCore.{package}.0.1.0.nupkg"), package));

        var app = _folder.CreateSubdirectory("app").FullName;
        await WriteProjectAsync(app, feed);
        await DotnetAsync(app, "restore");

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
