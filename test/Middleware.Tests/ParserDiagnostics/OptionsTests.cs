using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

public sealed class OptionsTests
{
    [Fact]
    public void Configuration_IsRead()
    {
        var options = Read(new()
        {
            ["Mode"] = "logandbody",
            ["ExcerptLength"] = "10",
            ["RedactHeaders:0"] = "X-Secret",
        });

        Assert.Equal((ParserDiagnosticsMode.LogAndBody, 10), (options.Mode, options.ExcerptLength));
        Assert.Equal(["X-Secret"], options.RedactHeaders);
    }

    [Fact]
    public void Defaults_LogWithoutTelling()
    {
        var options = Read([]);

        Assert.Equal((ParserDiagnosticsMode.Log, 64), (options.Mode, options.ExcerptLength));
        Assert.Contains("Authorization", options.RedactHeaders);
    }

    [Theory]
    [InlineData("Mode", "verbose", "Aeronet:ParserDiagnostics:Mode is 'verbose': use Off, Log or, in Development, LogAndBody.")]
    [InlineData("Mode", "2", "Aeronet:ParserDiagnostics:Mode is '2': use Off, Log or, in Development, LogAndBody.")]
    [InlineData("ExcerptLength", "5000", "Aeronet:ParserDiagnostics:ExcerptLength is 5000: use 0 to 1024 (bytes).")]
    [InlineData("ExcerptLength", "-1", "Aeronet:ParserDiagnostics:ExcerptLength is -1: use 0 to 1024 (bytes).")]
    [InlineData("RedactHeaders:0", "a b", "Aeronet:ParserDiagnostics:RedactHeaders has 'a b': use names of fields such as 'Cookie'.")]
    [InlineData("Excerpt", "1", "Aeronet:ParserDiagnostics:Excerpt is not an option: remove it or use one of Mode, ExcerptLength, RedactHeaders.")]
    public void Mistake_IsNamed(string key, string value, string message)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read(new() { [key] = value }));

        Assert.Equal(message, Assert.Single(failure.Failures));
    }

    [Fact]
    public void BodyOutsideDevelopment_IsRefused()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Read(new() { ["Mode"] = "LogAndBody" }, "Production"));

        Assert.StartsWith(
            "Aeronet:ParserDiagnostics:Mode is LogAndBody in the environment 'Production': use Log", Assert.Single(failure.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistake_FailsTheStart()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(
            () => RefusingSite.StartAsync(settings: new() { ["Aeronet:ParserDiagnostics:ExcerptLength"] = "x" }));

        Assert.Equal("Aeronet:ParserDiagnostics:ExcerptLength is 'x': use a number of bytes.", Assert.Single(failure.Failures));
    }

    [Fact]
    public void Add_Twice_AddsNothing()
    {
        var once = new ServiceCollection().AddAeronetParserDiagnostics();
        var twice = new ServiceCollection().AddAeronetParserDiagnostics().AddAeronetParserDiagnostics();

        Assert.Equal(once.Count, twice.Count);
    }

    private static AeronetParserDiagnosticsOptions Read(Dictionary<string, string?> settings, string environment = "Development")
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(pair => $"Aeronet:ParserDiagnostics:{pair.Key}", pair => pair.Value)).Build());
        services.AddSingleton<IHostEnvironment>(new TestEnvironment { EnvironmentName = environment });
        services.AddAeronetParserDiagnostics();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<AeronetParserDiagnosticsOptions>>().Value;
    }
}
