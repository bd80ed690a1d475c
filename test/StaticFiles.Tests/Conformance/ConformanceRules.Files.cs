using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <content>Variants, and what may be reached at all.</content>
internal static partial class ConformanceRules
{
    private static ConformanceRule[] Variants() =>
    [
        Coded("12.5.3", "the coding that is accepted", "200 gzip in gzip", "gzip"),
        Coded("12.5.3", "by weight", "200 gzip in gzip", "br;q=0.5, gzip;q=0.8"),
        Coded("12.5.3", "weight 0 refuses", "200 original", "gzip;q=0"),
        Coded("12.5.3", "none, where it is liked better", "200 original", "gzip;q=0.5, identity"),
        Coded("12.5.3", "br", "200 br in br", "br"),
        Coded("12.5.3", "zstd (RFC 8878)", "200 zstd in zstd", "zstd"),
        Coded("12.5.3", "*", "200 br in br", "*"),
        Coded("12.5.3", "identity;q=0 and nothing else: 406", "406", "identity;q=0"),
        new("12.5.5", "Vary, also on 304", ObserveVaryAsync, "200 304"),
        new("8.8.3.3", "a tag of its own", ObserveTagsAsync, "different"),
        new("14.2", "a range, where a variant is liked better: of the file", async s => Ranged(await s.GetAsync("/app.js", "Accept-Encoding: gzip", "Range: bytes=3-")), "206 ginal bytes 3-7/8"),
        new("13.1.5", "If-Range: the variant's tag: the rest of it", ObserveRestOfVariantAsync, "206 gzip bytes 3-6/7 gzip"),
        new("14.6", "several ranges: no Content-Encoding of the frame", async s => await FramedAsync(await s.GetAsync("/app.js", "Accept-Encoding: gzip", "Range: bytes=0-0,3-3")), "0-0/8:o 3-3/8:g"),
        new("RFC 9111 4", "a variant older than the original: ignored", async s => Coding(await s.GetAsync("/stale.js", "Accept-Encoding: gzip")), "200 original"),
    ];

    private static ConformanceRule[] Containment() =>
    [
        NotServed("17.3", "..", "/../outside.txt", "/dir/../../outside.txt"),
        NotServed("17.3", ".., encoded", "/%2e%2e/outside.txt", "/dir/%2E%2E/%2e./outside.txt", "/..%2foutside.txt"),
        NotServed("17.3", "backslashes", "/..%5Coutside.txt", "/dir%5Cindex.html"),
        NotServed("17.3", "NUL", "/ten.txt%00", "/ten.txt%00.html"),
        NotServed("17.3", "invalid UTF-8", "/%ff", "/ten%c0%ae.txt"),
        NotServed("17.3", "over-long", "/" + new string('a', 5000), "/" + string.Concat(Enumerable.Repeat("a/", 2500))),
        NotServed("17.3", "a link out of the root", "/escape.txt"),
        new("17.3", "a link that stays inside", async s => Body(await s.GetAsync("/inside.txt")), "200 0123456789"),
        NotServed("17.3", "names that begin with a dot", "/.secret"),
        new("RFC 8615 3", ".well-known", async s => Body(await s.GetAsync("/.well-known/security.txt")), "200 known"),
        new("17.3", "a FIFO: not found, at once", ObserveFifoAsync, "404"),
    ];

    private static ConformanceRule Coded(string section, string text, string right, string accepted)
        => new(section, text, async site => Coding(await site.GetAsync("/app.js", "Accept-Encoding: " + accepted)), right);

    // 400 from the server before the middleware is as good as 404.
    private static ConformanceRule NotServed(string section, string text, params string[] targets)
        => new(
            section,
            text,
            async site =>
            {
                foreach (var target in targets)
                {
                    try
                    {
                        var answer = await site.GetAsync(target);
                        if (answer.Status is not (400 or 403 or 404 or 414))
                        {
                            return Body(answer);
                        }
                    }
                    catch (Exception error) when (error is InvalidOperationException or HttpRequestException { HttpRequestError: HttpRequestError.HttpProtocolError })
                    {
                        // HTTP/2 has a reset for it, TestServer an exception.
                    }
                }

                return "refused";
            },
            "refused");

    private static string Coding(Answer answer)
        => answer.Status == 200 ? string.Join(' ', new[] { "200", answer["Content-Encoding"], answer.Text }.OfType<string>()) : Status(answer);

    private static async Task<string> ObserveVaryAsync(ConformanceSite site)
    {
        var whole = await site.GetAsync("/app.js", "Accept-Encoding: gzip");
        var notModified = await site.GetAsync("/app.js", "Accept-Encoding: gzip", $"If-None-Match: {whole["ETag"] ?? "*"}");
        Answer[] varying = [.. new[] { whole, notModified }.Where(a => a["Vary"]?.Contains("Accept-Encoding", StringComparison.OrdinalIgnoreCase) == true)];
        return varying.Length == 0 ? "none" : string.Join(' ', varying.Select(a => a.Status.ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<string> FramedAsync(Answer answer) => $"{await PartsAsync(answer)} {answer["Content-Encoding"]}".Trim();

    private static async Task<string> ObserveRestOfVariantAsync(ConformanceSite site)
    {
        var tag = (await site.GetAsync("/app.js", "Accept-Encoding: gzip"))["ETag"] ?? "\"none\"";
        var rest = await site.GetAsync("/app.js", "Accept-Encoding: gzip", "Range: bytes=3-", "If-Range: " + tag);
        return $"{Ranged(rest)} {rest["Content-Encoding"]}".Trim();
    }

    private static async Task<string> ObserveTagsAsync(ConformanceSite site)
    {
        var original = await site.GetAsync("/app.js");
        var coded = await site.GetAsync("/app.js", "Accept-Encoding: gzip");
        return coded["Content-Encoding"] is null ? "no variant" : original["ETag"] == coded["ETag"] ? "the same" : "different";
    }

    private static async Task<string> ObserveFifoAsync(ConformanceSite site)
    {
        try
        {
            return Status(await site.GetAsync("/fifo.txt"));
        }
        catch (TimeoutException)
        {
            site.OpenFifo();
            return "no answer";
        }
    }
}
