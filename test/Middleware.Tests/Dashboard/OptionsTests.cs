using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.Dashboard;

public sealed class OptionsTests
{
    private const string HistoryRemedy = "use 00:00:10 to 01:00:00, which is 10 to 3600 times Interval.";

    [Theory]
    [InlineData("Interval", "5", "Aeronet:Dashboard:Interval is '5': use a time such as 00:00:01 (hours:minutes:seconds).")]
    [InlineData("Interval", "00:00:00.1", "Aeronet:Dashboard:Interval is 00:00:00.1000000: use 00:00:00.250 to 00:01:00.")]
    [InlineData("Interval", "00:01:01", "Aeronet:Dashboard:Interval is 00:01:01: use 00:00:00.250 to 00:01:00.")]
    [InlineData("History", "00:00:09", $"Aeronet:Dashboard:History is 00:00:09: {HistoryRemedy}")]
    [InlineData("History", "01:00:01", $"Aeronet:Dashboard:History is 01:00:01: {HistoryRemedy}")]
    [InlineData("Title", " ", "Aeronet:Dashboard:Title is '': use a text of 1 to 100 characters, or remove it.")]
    [InlineData("MaxViewers", "0", "Aeronet:Dashboard:MaxViewers is 0: use 1 to 1000.")]
    [InlineData("MaxViewers", "many", "Aeronet:Dashboard:MaxViewers is 'many': use 1 to 1000.")]
    [InlineData("Intervall", "1", "Aeronet:Dashboard:Intervall is not an option: did you mean Interval?")]
    public async Task Start_WrongValue_FailsWithOneLine(string key, string value, string message)
    {
        foreach (var registered in new[] { false, true })
        {
            var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
            {
                Settings = new() { [$"Aeronet:Dashboard:{key}"] = value },
                Builder = builder =>
                {
                    if (registered)
                        builder.Services.AddAeronetDashboard();
                },
                App = app =>
                {
                    if (!registered)
                        app.MapAeronetDashboard();
                },
            }));

            Assert.Equal([message], failure.Failures);
        }
    }

    [Fact]
    public async Task Map_OptionsOfCode_AfterConfiguration()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            Settings = new() { ["Aeronet:Dashboard:Title"] = "configured", ["Aeronet:Dashboard:Interval"] = "00:00:02" },
            Builder = builder => builder.Services.AddAeronetDashboard(options => options.Title += " and changed"),
            App = app => app.MapAeronetDashboard().AllowAnonymous(),
            EndsWithServed = false,
        });

        using var response = await site.GetAsync("/_aeronet");

        var html = await response.Content.ReadAsStringAsync();
        Assert.Contains("<h1>configured and changed</h1>", html, StringComparison.Ordinal);
        Assert.Contains("data-interval=\"2000\" data-history=\"300000\"", html, StringComparison.Ordinal);
    }
}
