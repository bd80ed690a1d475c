using System.IO.Compression;
using System.Net;
using System.Text;
using Aeronet.AspNetCore.Middleware.Tests.Hosting;
using Aeronet.AspNetCore.Middleware.Tests.Support;

namespace Aeronet.AspNetCore.Middleware.Tests.Composition;

/// <summary>Every middleware with authentication, compression, caching, rate limiting and routing, in each documented order, on each server.</summary>
public sealed class CompositionTests
{
    public static TheoryData<ServerKind, int> Sites
    {
        get
        {
            var sites = new TheoryData<ServerKind, int>();
            foreach (var server in Enum.GetValues<ServerKind>())
            {
                for (var order = 0; order < Orders.All.Count; order++)
                {
                    sites.Add(server, order);
                }
            }

            return sites;
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task Authorization_ComesAfterRedirectAndPreflights(ServerKind server, int order)
    {
        await using var composed = await ComposedSite.StartAsync(server, Orders.All[order]);
        var site = composed.Site;
        Assert.Empty(AddAeronetTests.Warnings(site));

        using var redirect = await site.GetAsync("/secret?a=b");
        Assert.Equal(HttpStatusCode.PermanentRedirect, redirect.StatusCode);
        Assert.Equal("https://example.com:8443/secret?a=b", redirect.Headers.Location!.ToString());

        using var refused = await site.SendHttpsAsync(HttpMethod.Get, "/secret", "Origin: " + ComposedSite.Allowed);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal([ComposedSite.Allowed], refused.Headers.GetValues("Access-Control-Allow-Origin"));

        using var allowed = await site.SendHttpsAsync(HttpMethod.Get, "/secret", "Authorization: " + HeaderAuthentication.Scheme);
        Assert.Equal("secret", await allowed.Content.ReadAsStringAsync());

        using var preflight = await site.SendHttpsAsync(
            HttpMethod.Options, "/secret", "Origin: " + ComposedSite.Partner, "Access-Control-Request-Method: PUT");
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal([ComposedSite.Partner], preflight.Headers.GetValues("Access-Control-Allow-Origin"));

        await composed.LogHasAsync("GET /secret 308 0");
        await composed.LogHasAsync("GET /secret 401 0");
        await composed.LogHasAsync("GET /secret 200 6");
        await composed.LogHasAsync("OPTIONS /secret 204 0");
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task StaticFiles_AreServedAsTheyAre(ServerKind server, int order)
    {
        await using var composed = await ComposedSite.StartAsync(server, Orders.All[order]);
        var site = composed.Site;

        // Not compressed for the request: the one that is at hand is served.
        using var plain = await site.SendHttpsAsync(HttpMethod.Get, "/page.html", "Accept-Encoding: gzip");
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Equal(ComposedSite.Text, await plain.Content.ReadAsStringAsync());
        using var compressed = await site.SendHttpsAsync(HttpMethod.Get, "/page.html", "Accept-Encoding: br", "Origin: " + ComposedSite.Allowed);
        Assert.Equal(["br"], compressed.Content.Headers.ContentEncoding);
        await using var content = new BrotliStream(await compressed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        Assert.Equal(ComposedSite.Text, await new StreamReader(content).ReadToEndAsync());
        Assert.Equal(["Accept-Encoding", "Origin"], compressed.Headers.Vary.Order());

        using var part = await site.SendHttpsAsync(HttpMethod.Get, "/page.html", "Range: bytes=0-11");
        Assert.Equal((HttpStatusCode.PartialContent, "compressible"), (part.StatusCode, await part.Content.ReadAsStringAsync()));
        using var unchanged = await site.SendHttpsAsync(HttpMethod.Get, "/page.html", "If-None-Match: " + plain.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        // A prefix with a policy of its own.
        using var shared = await site.SendHttpsAsync(HttpMethod.Get, "/shared/page.html", "Origin: " + ComposedSite.Partner);
        Assert.Equal([ComposedSite.Partner], shared.Headers.GetValues("Access-Control-Allow-Origin"));
        await composed.LogHasAsync($"GET /page.html 200 {ComposedSite.Text.Length}");
        await composed.LogHasAsync($"GET /page.html 206 12");
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task CompressionAndCache_KeepFieldsRight(ServerKind server, int order)
    {
        await using var composed = await ComposedSite.StartAsync(server, Orders.All[order]);
        var site = composed.Site;

        using var text = await site.SendHttpsAsync(HttpMethod.Get, "/text", "Accept-Encoding: gzip", "Origin: " + ComposedSite.Allowed);
        Assert.Equal(["gzip"], text.Content.Headers.ContentEncoding);
        var bytes = await text.Content.ReadAsByteArrayAsync();
        using var reader = new StreamReader(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress), Encoding.UTF8);
        Assert.Equal(ComposedSite.Text, await reader.ReadToEndAsync());
        Assert.Equal(["Accept-Encoding", "Origin"], text.Headers.Vary.Order());
        Assert.Equal(["ran"], text.Headers.GetValues("X-Hook"));
        await composed.LogHasAsync($"GET /text 200 {bytes.Length}");

        // One answer for all; the fields are each origin's own.
        foreach (var origin in new[] { ComposedSite.Allowed, ComposedSite.AlsoAllowed, "https://other.example" })
        {
            using var cached = await site.SendHttpsAsync(HttpMethod.Get, "/cached", "Origin: " + origin);
            Assert.Equal("1", await cached.Content.ReadAsStringAsync());
            Assert.Equal(origin.EndsWith("other.example", StringComparison.Ordinal) ? [] : [origin], Origins(cached));
            Assert.Equal(["Origin"], cached.Headers.Vary);
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public async Task LimitsAndErrors_AreAnsweredWithFieldsAndLogged(ServerKind server, int order)
    {
        await using var composed = await ComposedSite.StartAsync(server, Orders.All[order]);
        var site = composed.Site;

        // A preflight takes nothing of the limit.
        using var preflight = await site.SendHttpsAsync(
            HttpMethod.Options, "/limited", "Origin: " + ComposedSite.Allowed, "Access-Control-Request-Method: GET");
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        using var first = await site.SendHttpsAsync(HttpMethod.Get, "/limited");
        Assert.Equal("within the limit", await first.Content.ReadAsStringAsync());
        using var second = await site.SendHttpsAsync(HttpMethod.Get, "/limited", "Origin: " + ComposedSite.Allowed);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Equal([ComposedSite.Allowed], Origins(second));
        await composed.LogHasAsync("GET /limited 429 0");

        // Mapped by UseAeronet, and outside Development for users alone.
        if (Orders.All[order].Contains("UseAeronet ", StringComparison.Ordinal))
        {
            using var dashboard = await site.SendHttpsAsync(HttpMethod.Get, "/_aeronet");
            Assert.Equal(HttpStatusCode.Unauthorized, dashboard.StatusCode);
            using var shown = await site.SendHttpsAsync(HttpMethod.Get, "/_aeronet", "Authorization: " + HeaderAuthentication.Scheme);
            Assert.Contains("Composition", await shown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var missing = await site.SendHttpsAsync(HttpMethod.Get, "/missing", "Origin: " + ComposedSite.Allowed);
        Assert.Equal((HttpStatusCode.NotFound, ComposedSite.Allowed), (missing.StatusCode, Assert.Single(Origins(missing))));
        if (Orders.All[order].Contains("UseExceptionHandler", StringComparison.Ordinal))
        {
            using var failed = await site.SendHttpsAsync(HttpMethod.Get, "/fail", "Origin: " + ComposedSite.Allowed);
            Assert.Equal((HttpStatusCode.InternalServerError, ComposedSite.Allowed), (failed.StatusCode, Assert.Single(Origins(failed))));
            await composed.LogHasAsync("GET /fail 500 ");
        }
    }

    private static IEnumerable<string> Origins(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins : [];
}
