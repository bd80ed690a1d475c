using System.Reflection;
using System.Text.RegularExpressions;
using Aeronet.AspNetCore.StaticFiles.DirectoryIndex;
using Aeronet.AspNetCore.StaticFiles.Listings.Rendering;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.Extensions.DependencyInjection;
using Scriban;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

/// <summary>Every bound of what a page is rendered by is set by us, and what exceeds one is an error: never a part that looks whole.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("html")]
    [InlineData("json")]
    [InlineData("text")]
    public async Task Get_LargestPage_EveryEntry(string format)
    {
        const int Count = 10_000;
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index => index.PageSize = Count);
        foreach (var i in Enumerable.Range(0, Count))
        {
            File.WriteAllText(site.PathOf($"{i}-{new string('x', 100)}"), "");
        }

        var answer = await site.GetAsync("/?format=" + format);

        Assert.Equal(200, answer.Status);
        Assert.Equal(Count, Regex.Count(answer.Text, @"\d-x{100}", RegexOptions.None, TimeSpan.FromMinutes(1)) / (format == "text" ? 1 : 2));
    }

    // Names as long as they get, each byte shown as four characters and linked to by three.
    [Fact]
    public async Task Get_LargestNames_EveryEntry()
    {
        const int Count = 2_000;
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index => index.PageSize = Count);
        using var names = new RawNames(site.Root);
        foreach (var i in Enumerable.Range(0, Count))
        {
            names.CreateFile([.. System.Text.Encoding.ASCII.GetBytes($"{i:D4}"), .. Enumerable.Repeat((byte)0xff, 251)]);
        }

        var answer = await site.GetAsync("/");

        Assert.Equal(200, answer.Status);
        Assert.Equal(Count, Regex.Count(answer.Text, @"<bdi>\d{4}(\\xFF){251}</bdi>", RegexOptions.None, TimeSpan.FromMinutes(1)));
    }

    // The page's own text is larger than what the library takes for large.
    [Fact]
    public async Task Get_TemplatePutsOutMuch_AllOfIt()
    {
        await using var site = await StartAsync("{% for i in (1..200000) %}{% for j in (1..2) %}0123456789{% endfor %}{% endfor %}");

        Assert.Equal(4_000_000, (await site.GetAsync("/")).Text.Length);
        Assert.DoesNotContain(site.Host.Logs.Entries, e => e.EventId.Name == "RendererFailed");
    }

    // What the operator's template exceeds is told, and the built-in page stands in.
    [Theory]
    [InlineData("{% for i in (1..300000) %}{% for e in entries %}{% for f in entries %}x{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% for i in (1..900000) %}{{ style }}{% endfor %}")]
    public async Task Get_TemplateExceedsBound_BuiltInPageAndWarning(string template)
    {
        await using var site = await StartAsync("{% if path != '/sample/' %}" + template + "{% endif %}");
        site.Write("a.txt", "x");
        site.Write("b.txt", "x");

        var answer = await site.GetAsync("/");

        Assert.Equal(200, answer.Status);
        Assert.Contains("<bdi>a.txt</bdi>", answer.Text);
        Assert.EndsWith("</html>\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains(site.Host.Logs.Entries, e => e.EventId.Name == "RendererFailed");
    }

    // A renderer of the operator's own that never ends.
    [Fact]
    public async Task Get_RendererExceedsBound_BuiltInPageAndWarning()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, index => index.UseRenderer(new EndlessRenderer()));

        var answer = await site.GetAsync("/");

        Assert.Equal(200, answer.Status);
        Assert.EndsWith("</html>\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains(site.Host.Logs.Entries, e => e.EventId.Name == "RendererFailed");
    }

    // Nothing stands in for the built-in page, so nothing of it is sent.
    [Fact]
    public async Task Get_BuiltInPageExceedsBound_500AndWarning()
    {
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, o =>
        {
            o.DirectoryIndex.Enabled = true;
            o.DirectoryIndex.Banner = new string('"', RenderedBody.MaxBytes / 6);
        });

        var answer = await site.GetAsync("/");

        Assert.Equal((500, "no-store", null), (answer.Status, answer["Cache-Control"], answer["ETag"]));
        Assert.Empty(answer.Body);
        Assert.Contains(site.Host.Logs.Entries, e => e.EventId.Name == "PageTooLarge");
    }

    [Fact]
    public async Task Get_LargePage_RenderedBesideTheLoop()
    {
        var renderer = new ThreadNameRenderer();
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, o =>
        {
            o.DirectoryIndex.Enabled = true;
            o.DirectoryIndex.PageSize = 10_000;
            o.DirectoryIndex.CacheMaxAge = TimeSpan.FromHours(1);
            o.DirectoryIndex.UseRenderer(renderer);
        }, services: services => services.Configure<AeronetTransportOptions>(transport => transport.Dispatch = DispatchMode.Inline));
        foreach (var i in Enumerable.Range(0, 1000))
        {
            File.WriteAllText(site.PathOf($"{i}"), "");
        }

        // Read from the cache, once the directory's time is old enough to tell changes by.
        await Task.Delay(2500);
        for (var i = 0; i < 20; i++)
        {
            await site.GetAsync("/");
        }

        Assert.Equal(20, renderer.Threads.Count);
        Assert.DoesNotContain(renderer.Threads, name => name?.StartsWith("aeronet-loop", StringComparison.Ordinal) == true);
    }

    // A version of the library that has another bound must not set it behind our back.
    [Fact]
    public void TemplateContext_EveryBoundThereIs_SetOnPurpose()
    {
        var bounds = typeof(TemplateContext).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && Regex.IsMatch(p.Name, "Limit|Time|Max|Bound|Quota|Budget", RegexOptions.None, TimeSpan.FromSeconds(1)))
            .ToDictionary(p => p.Name, p => p.GetValue(new EncodingTemplateContext())?.ToString());

        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["LimitToString"] = $"{RenderedBody.MaxBytes}",
                ["OutputLimit"] = $"{RenderedBody.MaxBytes}",
                ["OnStringLimit"] = "Throw",
                ["OnOutputLimit"] = "Throw",
                ["LoopLimit"] = "1000000",
                ["LoopLimitQueryable"] = "1000000",
                ["RecursiveLimit"] = "20",
                ["ObjectRecursionLimit"] = "20",
                ["RegexTimeOut"] = "00:00:01",
            },
            bounds);
    }

    private static async Task<TestSite> StartAsync(string template)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, template);
        return await IndexSite.StartAsync(ServerKind.Aeronet, index => index.TemplateFile = file);
    }

    private sealed class ThreadNameRenderer : IDirectoryIndexRenderer
    {
        public List<string?> Threads { get; } = [];

        public Task RenderAsync(DirectoryIndexPage page, TextWriter output, CancellationToken cancellationToken)
        {
            Threads.Add(Thread.CurrentThread.Name);
            return Task.CompletedTask;
        }
    }

    private sealed class EndlessRenderer : IDirectoryIndexRenderer
    {
        public async Task RenderAsync(DirectoryIndexPage page, TextWriter output, CancellationToken cancellationToken)
        {
            while (true)
            {
                await output.WriteAsync(new string('x', 100_000).AsMemory(), cancellationToken);
            }
        }
    }
}
