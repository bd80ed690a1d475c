using System.Globalization;
using System.Text.Json.Nodes;
using Aeronet.AspNetCore.Middleware.Dashboard.Page;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aeronet.AspNetCore.Middleware.Tests.Dashboard;

/// <summary>
/// The page in a real browser. With <c>AERONET_SCREENSHOTS</c> set to a directory, what it looks like under load is written there.
/// </summary>
public sealed class BrowserTests
{
    private const int Narrow = 320;

    // Where the tests were built without npm, tables are all there is.
    private static readonly bool HasCharts = EmbeddedText.Find("charts.js") is not null;

    private static readonly bool IsForShow = Environment.GetEnvironmentVariable("AERONET_SCREENSHOTS") is { Length: > 0 };

    [Theory]
    [InlineData(1280, 2330, "light")]
    [InlineData(1280, 2330, "dark")]
    [InlineData(Narrow, 1700, "narrow")]
    public async Task Page_UnderLoad_ShowsItWithoutComplaint(int width, int height, string view)
    {
        var axe = Axe.Source();
        using var certificate = TestCertificate.Create("shop.example.com");
        await using var browser = await Browser.StartAsync();
        await using var host = await DashboardSite.StartWithTlsAsync(certificate);
        await browser.SetViewAsync(IsForShow && width == Narrow ? 390 : width, height, view == "dark" ? "dark" : "light");
        using var stop = new CancellationTokenSource();
        var load = DashboardSite.LoadAsync(host, certificate, stop.Token);
        try
        {
            await browser.GoToAsync(host.Addresses[0] + DashboardSite.Path);
            await browser.WaitUntilAsync($"{Text("state-text")} === 'Live'", "figures arrive");

            // Each has its own part of the load to show.
            await browser.WaitUntilAsync(Number("requests") + " > 0", "requests a second");
            await browser.WaitUntilAsync(Number("p99") + " > 0", "durations");
            await browser.WaitUntilAsync(Number("errors") + " > 0", "server errors");
            await browser.WaitUntilAsync(Number("connections") + " > 0", "open connections");
            await browser.WaitUntilAsync(Number("sent") + " > 0", "bytes sent");
            await browser.WaitUntilAsync(Number("handshakes") + " > 0", "handshakes");
            await browser.WaitUntilAsync(Cell("TLS handshakes", "Resumed", 2) + " > 0", "resumed handshakes");
            await browser.WaitUntilAsync(Cell("TLS handshakes", "not tls", 2) + " > 0", "failed handshakes by reason");
            await browser.WaitUntilAsync(Cell("Requests by status", "4xx", 2) + " > 0", "responses by status");
            await browser.WaitUntilAsync(Cell("Bytes", "Zero-copy share", 2) + " > 1", "the share of zero copy");
            Assert.Contains("shop.example.com", (string)(await browser.EvaluateAsync(Text("endpoints")))!, StringComparison.Ordinal);
            Assert.Contains("29 days left", (string)(await browser.EvaluateAsync(Text("endpoints")))!, StringComparison.Ordinal);
            if (HasCharts)
            {
                await AssertDrawnAsync(browser);
            }

            // Dark is dark, and nothing is scrolled sideways at 320 pixels (WCAG 2.2, 1.4.10).
            var background = (string)(await browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor"))!;
            Assert.Equal(view == "dark" ? "rgb(13, 18, 24)" : "rgb(244, 246, 249)", background);
            var overflow = (int)(await browser.EvaluateAsync("document.documentElement.scrollWidth - window.innerWidth"))!;
            Assert.True(overflow <= 0, $"{overflow} pixels beyond the window");
            if (IsForShow)
            {
                await Task.Delay(TimeSpan.FromSeconds(55));
            }

            await browser.SaveScreenshotAsync($"dashboard-{view}.png");
            await Axe.AssertNoViolationAsync(browser, axe);
        }
        finally
        {
            await stop.CancelAsync();
            await load;
        }

        AssertQuiet(browser, host.Addresses[0]);
    }

    [Fact]
    public async Task Page_ServerRestarted_Reconnects()
    {
        var axe = Axe.Source();
        using var certificate = TestCertificate.Create();
        await using var browser = await Browser.StartAsync();
        var first = await DashboardSite.StartWithTlsAsync(certificate);
        var port = first.Port;
        await using (first)
        {
            await browser.GoToAsync(first.Addresses[0] + DashboardSite.Path);
            await browser.WaitUntilAsync($"{Text("state-text")} === 'Live'", "figures arrive");
        }

        await browser.WaitUntilAsync($"{Text("state-text")} === 'Disconnected'", "the end is seen");
        Assert.Contains("figures below are old", (string)(await browser.EvaluateAsync(Text("disconnected")))!, StringComparison.Ordinal);
        await Axe.AssertNoViolationAsync(browser, axe);

        await using var second = await DashboardSite.StartWithTlsAsync(certificate, port);
        await browser.WaitUntilAsync($"{Text("state-text")} === 'Live'", "the page comes again");
        Assert.True((bool)(await browser.EvaluateAsync("document.getElementById('disconnected').hidden"))!);
        Assert.Empty(browser.ScriptErrors);
    }

    // WCAG 2.2, 2.1.1 and 2.2.2: what changes by itself can be stopped, by keys alone, and then the server has no more work.
    [Fact]
    public async Task Page_Keyboard_PausesAndResumes()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await StartPlainAsync(TransportKind.Aeronet);
        await browser.GoToAsync(host.Addresses[0] + DashboardSite.Path);
        await browser.WaitUntilAsync($"{Text("state-text")} === 'Live'", "figures arrive");

        await browser.PressAsync("Tab");
        Assert.Equal("Skip to the figures", (string)(await browser.EvaluateAsync("document.activeElement.textContent"))!);
        Assert.True((int)(await browser.EvaluateAsync("document.activeElement.getBoundingClientRect().left"))! >= 0);
        await browser.PressAsync("Tab");
        Assert.Equal("pause", (string)(await browser.EvaluateAsync("document.activeElement.id"))!);
        Assert.NotEqual("none", (string)(await browser.EvaluateAsync("getComputedStyle(document.activeElement).outlineStyle"))!);
        await browser.PressAsync("Enter");
        await browser.WaitUntilAsync($"{Text("state-text")} === 'Paused'", "it says so");
        await Eventually.HoldsAsync(() => host.Logs.Entries.Any(e => e.EventId.Name == "Left"), "the viewer leaves");
        Assert.Equal("true", (string)(await browser.EvaluateAsync("document.activeElement.getAttribute('aria-pressed')"))!);

        await browser.PressAsync("Enter");
        await browser.WaitUntilAsync($"{Text("state-text")} === 'Live'", "figures arrive again");
        AssertQuiet(browser, host.Addresses[0]);
    }

    [Fact]
    public async Task Page_OtherTransport_SaysWhatItDoesNotTell()
    {
        var axe = Axe.Source();
        await using var browser = await Browser.StartAsync();
        await using var host = await StartPlainAsync(TransportKind.Sockets);
        await browser.GoToAsync(host.Addresses[0] + DashboardSite.Path);
        await browser.WaitUntilAsync($"{Number("connections")} > 0", "figures arrive");

        Assert.Equal("\u2013", (string)(await browser.EvaluateAsync(Text("sent")))!);
        Assert.Equal("this server has no loops", (string)(await browser.EvaluateAsync(Text("loop-more")))!);
        var noTls = (string)(await browser.EvaluateAsync(Text("no-tls")))!;
        Assert.StartsWith("There is no TLS of the transport's", noTls, StringComparison.Ordinal);
        Assert.Equal(5, (int)(await browser.EvaluateAsync("document.querySelectorAll('#plots figure:not([hidden])').length"))!);
        var silent = await browser.EvaluateAsync(
            """
            [...document.querySelectorAll('#cards p:not([hidden])')].filter(p => p.textContent === 'This server does not tell.').length
            """);
        Assert.True((int)silent! >= 3, $"{silent} tables");
        await Axe.AssertNoViolationAsync(browser, axe);
        AssertQuiet(browser, host.Addresses[0]);
    }

    [Fact]
    public async Task Page_CertificateEndsSoon_NamedAtTheTop()
    {
        var axe = Axe.Source();
        using var certificate = TestCertificate.Create("old.example.com", days: 5);
        await using var browser = await Browser.StartAsync();
        await using var host = await DashboardSite.StartWithTlsAsync(certificate);
        await browser.GoToAsync(host.Addresses[0] + DashboardSite.Path);
        await browser.WaitUntilAsync("!document.getElementById('attention').hidden", "attention is called");

        var line = (string)(await browser.EvaluateAsync(Text("attention")))!;
        Assert.StartsWith($"old.example.com, 127.0.0.1, ::1 at https://127.0.0.1:{host.Ports[1]}: 4 days left", line, StringComparison.Ordinal);
        Assert.Equal("4 days left", (string)(await browser.EvaluateAsync("document.querySelector('.badge.warn').textContent"))!);
        await Axe.AssertNoViolationAsync(browser, axe);
    }

    [Fact]
    public async Task Page_BuiltWithoutCharts_ShowsTheSameInTables()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await StartPlainAsync(TransportKind.Aeronet);
        await browser.SendAsync("Page.addScriptToEvaluateOnNewDocument", new JsonObject
        {
            ["source"] = "Object.defineProperty(window, 'uPlot', { value: undefined, writable: false })",
        });
        await browser.GoToAsync(host.Addresses[0] + DashboardSite.Path);
        await browser.WaitUntilAsync($"{Number("connections")} > 0", "figures arrive");

        Assert.False((bool)(await browser.EvaluateAsync("document.getElementById('no-charts').hidden"))!);
        Assert.True((bool)(await browser.EvaluateAsync("document.getElementById('plots').hidden"))!);
        Assert.Equal(0, (int)(await browser.EvaluateAsync("document.querySelectorAll('canvas').length"))!);
        AssertQuiet(browser, host.Addresses[0]);
    }

    [Fact]
    public async Task Page_OnlyOnePageMayBeOpen_TheSecondSaysSo()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await StartPlainAsync(TransportKind.Aeronet, maxViewers: 1);
        using var client = host.CreateHttpClient();
        using var viewer = await EventReader.OpenAsync(client);
        await browser.GoToAsync(host.Addresses[0] + DashboardSite.Path);

        await browser.WaitUntilAsync($"{Text("state-text")} === 'Refused'", "the page says that it was refused");
    }

    [Fact]
    public async Task Page_AccessWithdrawn_SaysSo()
    {
        var isClosed = false;
        await using var browser = await Browser.StartAsync();
        await using var host = await StartPlainAsync(TransportKind.Aeronet, app: app => app.Use(next => context =>
        {
            if (!Volatile.Read(ref isClosed))
                return next(context);

            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }));
        await browser.GoToAsync(host.Addresses[0] + DashboardSite.Path);
        await browser.WaitUntilAsync($"{Text("state-text")} === 'Live'", "figures arrive");
        Volatile.Write(ref isClosed, true);

        // Paused and resumed, the page asks anew.
        await browser.EvaluateAsync("document.getElementById('pause').click(), document.getElementById('pause').click()");

        await browser.WaitUntilAsync($"{Text("state-text")} === 'Not authorized'", "the page says that it may not");
    }

    private static Task<KestrelHost> StartPlainAsync(TransportKind transport, int maxViewers = 16, Action<WebApplication>? app = null) =>
        KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            Builder = builder => builder.Services.AddAeronetDashboard(options =>
            {
                options.Interval = TimeSpan.FromMilliseconds(250);
                options.MaxViewers = maxViewers;
            }),
            App = site =>
            {
                app?.Invoke(site);
                site.MapAeronetDashboard(DashboardSite.Path).AllowAnonymous();
            },
        });

    private static string Text(string id) => $"document.getElementById('{id}').textContent";

    private static string Number(string id) => $"parseFloat({Text(id)})";

    private static string Cell(string table, string row, int column) => string.Create(CultureInfo.InvariantCulture, $$"""
        parseFloat([...[...document.querySelectorAll('#cards section')].find(s => s.querySelector('h3').textContent === '{{table}}')
          .querySelectorAll('tbody tr')].find(r => r.cells[0].textContent === '{{row}}')?.cells[{{column}}].textContent.replaceAll(',', ''))
        """);

    // A line of the first chart has other pixels than its background.
    private static async Task AssertDrawnAsync(Browser browser)
    {
        await browser.WaitUntilAsync("document.querySelectorAll('#plots canvas').length === 6", "charts");
        await browser.WaitUntilAsync(
            """
            (() => { const c = document.querySelector('#plots canvas');
              return new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size > 20; })()
            """,
            "the first chart is drawn");
        var description = (string)(await browser.EvaluateAsync("document.querySelector('.plot').getAttribute('aria-label')"))!;
        Assert.StartsWith("Requests a second: All ", description, StringComparison.Ordinal);
    }

    // The policy stopped nothing, scripts complained of nothing, and nobody else was asked for anything.
    private static void AssertQuiet(Browser browser, string address)
    {
        Assert.Empty(browser.Complaints);
        Assert.Empty(browser.ScriptErrors);
        Assert.NotEmpty(browser.Requests);
        Assert.All(browser.Requests, url => Assert.StartsWith(address + DashboardSite.Path, url, StringComparison.Ordinal));
    }
}
