using System.Text.RegularExpressions;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

public sealed class IndexOptionsTests : IDisposable
{
    private readonly DirectoryInfo _content = Directory.CreateTempSubdirectory("aeronet-index-options-");

    public IndexOptionsTests()
    {
        Directory.CreateDirectory(Path.Combine(_content.FullName, "wwwroot"));
        File.WriteAllText(Path.Combine(_content.FullName, "wwwroot", "file.txt"), "x");
        File.WriteAllText(Path.Combine(_content.FullName, "header.html"), "<p>the header</p>");
        File.WriteAllText(Path.Combine(_content.FullName, "bad.css"), "x { } </STYLE>");
        File.WriteAllText(Path.Combine(_content.FullName, "large.html"), new string('x', (1 << 20) + 1));
    }

    [Fact]
    public async Task Use_Configuration_Bound()
    {
        await using var app = Build(
            ("Enabled", "true"), ("PageSize", "10"), ("MaxEntries", "100"), ("CacheSize", "0"), ("CacheMaxAge", "00:00:05"),
            ("Readme", "false"), ("Title", "Bound"), ("Banner", "Beware"), ("HeaderFile", "header.html"));
        await app.StartAsync();
        var html = await app.GetTestClient().GetStringAsync("/");

        Assert.Contains("<title>Bound: /</title>", html);
        Assert.Contains("Beware", html);
        Assert.Contains("<p>the header</p>", html);
        Assert.Contains("file.txt", html);
    }

    [Theory]
    [InlineData("Enabled", "maybe", "*'Aeronet:StaticFiles:DirectoryIndex:Enabled'*")]
    [InlineData("PageSize", "0", "Aeronet:StaticFiles:DirectoryIndex:PageSize is 0: use 1 to 10000.")]
    [InlineData("PageSize", "10001", "Aeronet:StaticFiles:DirectoryIndex:PageSize is 10001: *")]
    [InlineData("MaxEntries", "0", "Aeronet:StaticFiles:DirectoryIndex:MaxEntries is 0: *")]
    [InlineData("MaxEntries", "1000001", "Aeronet:StaticFiles:DirectoryIndex:MaxEntries is 1000001: *")]
    [InlineData("CacheSize", "-1", "Aeronet:StaticFiles:DirectoryIndex:CacheSize is -1: *")]
    [InlineData("CacheMaxAge", "-00:00:01", "Aeronet:StaticFiles:DirectoryIndex:CacheMaxAge is -00:00:01: *")]
    [InlineData("CacheMaxAge", "02:00:00", "Aeronet:StaticFiles:DirectoryIndex:CacheMaxAge is 02:00:00: *")]
    [InlineData("ContentSecurityPolicy", "a\r\nb", "Aeronet:StaticFiles:DirectoryIndex:ContentSecurityPolicy is *")]
    [InlineData("HeaderFile", "missing.html", "Aeronet:StaticFiles:DirectoryIndex:HeaderFile is 'missing.html', which cannot be used *")]
    [InlineData("FooterFile", "large.html", "Aeronet:StaticFiles:DirectoryIndex:FooterFile is 'large.html', which cannot be used *")]
    [InlineData("CssFile", "bad.css", "Aeronet:StaticFiles:DirectoryIndex:CssFile is 'bad.css', which cannot be used *</style*")]
    [InlineData("TemplateFile", "wwwroot", "Aeronet:StaticFiles:DirectoryIndex:TemplateFile is 'wwwroot', which cannot be used *")]
    [InlineData("Listing", "true", "*Listing*")]
    public void Use_WrongValue_OneLineNamesKeyValueAndRemedy(string key, string value, string message)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Build((key, value)));

        Assert.Matches("^" + Regex.Escape(message).Replace("\\*", ".*", StringComparison.Ordinal) + "$", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    public void Dispose() => _content.Delete(recursive: true);

    private WebApplication Build(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = _content.FullName });
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(settings.Select(
            s => KeyValuePair.Create($"{AeronetStaticFileOptions.SectionName}:DirectoryIndex:{s.Key}", (string?)s.Value)));
        var app = builder.Build();
        app.UseAeronetStaticFiles();
        return app;
    }
}
