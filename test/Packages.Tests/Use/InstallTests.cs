using Aeronet.AspNetCore.Packages.Tests.Support;

namespace Aeronet.AspNetCore.Packages.Tests.Use;

/// <summary>Somebody makes a new web application, adds the package and the one line, and is answered by Aeronet.</summary>
[Trait("Category", "Packages")]
public sealed class InstallTests(ReleasedFeed released)
{
    private const string Line = "builder.WebHost.UseAeronetTransport();";

    [Fact]
    public async Task NewWebApplication_WithTheOneLine_IsServedByAeronet()
    {
        var feed = await released.GetAsync();
        var folder = released.Folder("web");
        feed.WriteConfiguration(folder);
        await Dotnet.RunAsync(folder, "new", "web", "-o", "Site", "--no-restore", "--debug:custom-hive", Path.Combine(folder, "hive"));
        var site = Path.Combine(folder, "Site");
        await Dotnet.RunAsync(site, "add", "package", "Aeronet.AspNetCore", "--version", feed.Version);

        var program = Path.Combine(site, "Program.cs");
        var stock = await File.ReadAllTextAsync(program);
        const string Before = "var app = ";
        Assert.Contains(Before, stock, StringComparison.Ordinal);
        await File.WriteAllTextAsync(program, stock.Replace(Before, $"{Line}\n{Before}", StringComparison.Ordinal));
        await Dotnet.RunAsync(site, "build", "-warnaserror", "--disable-build-servers");

        await using var app = await AppProcess.StartAsync(
            site, Path.Combine(site, "bin", "Debug", "net10.0", "Site.dll"), "--Urls=http://127.0.0.1:0", "--Logging:LogLevel:Aeronet=Debug");
        Assert.Equal("Hello World!", await app.AskThroughAeronetAsync(app.Address("http")));
    }
}
