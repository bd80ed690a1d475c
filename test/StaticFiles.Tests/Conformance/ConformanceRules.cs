using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Conformance;

/// <summary>The rules of the suite. Unless another document is named, sections are of RFC 9110.</summary>
internal static partial class ConformanceRules
{
    private const string Modified = ConformanceSite.Modified;
    private const string Before = "Thu, 29 Feb 2024 12:34:55 GMT";
    private const string After = "Thu, 29 Feb 2024 12:34:57 GMT";

    public static IReadOnlyList<ConformanceRule> All { get; } =
        [.. Methods(), .. Conditions(), .. Precedence(), .. Ranges(), .. SeveralRanges(), .. Variants(), .. Containment()];

    private static ConformanceRule[] Methods() =>
    [
        new("9.3.1", "GET: the bytes", async s => Body(await s.GetAsync("/ten.txt")), "200 0123456789"),
        new("9.3.2", "HEAD: the fields of GET, no body", ObserveHeadAsync, "same fields"),
        new("9.3.7", "OPTIONS: the methods there are", async s => Allow(await s.SendAsync(HttpMethod.Options, "/ten.txt")), "204 GET, HEAD, OPTIONS"),
        new("15.5.6", "another method: 405 with Allow", async s => Allow(await s.SendAsync(HttpMethod.Post, "/ten.txt")), "405 GET, HEAD, OPTIONS", "405 GET, HEAD"),
        new("8.6", "Content-Length, also of nothing", async s => $"{(await s.GetAsync("/ten.txt"))["Content-Length"]} {(await s.GetAsync("/empty.txt"))["Content-Length"]}", "10 0"),
        new("8.8.2", "Last-Modified", async s => (await s.GetAsync("/ten.txt"))["Last-Modified"] ?? "none", Modified),
        new("8.8.2", "no Last-Modified that all builds share", ObserveBuildDateAsync, "none"),
        new("8.8.3", "ETag, strong", async s => Kind((await s.GetAsync("/ten.txt"))["ETag"]), "strong"),
        new("8.8.3", "other content of the same size and time: another ETag", ObserveSameTimeAsync, "another"),
        new("8.8.1", "no strong ETag while another change could be missed", ObserveFreshFileAsync, "weak", "none"),
        new("14.3", "Accept-Ranges", async s => (await s.GetAsync("/ten.txt"))["Accept-Ranges"] ?? "none", "bytes"),
        new("8.3.1", "charset of text", async s => (await s.GetAsync("/ten.txt"))["Content-Type"] ?? "none", "text/plain; charset=utf-8"),
        new("Fetch 3.6", "X-Content-Type-Options", async s => (await s.GetAsync("/ten.txt"))["X-Content-Type-Options"] ?? "none", "nosniff"),
        new("15.4.2", "a directory without its slash: 301, query kept", async s => Location(await s.GetAsync("/dir?a=1&b=%2F")), "301 /dir/?a=1&b=%2F"),
        new("9.3.1", "a directory: its default document", async s => Body(await s.GetAsync("/dir/")), "200 dir index"),
        new("RFC 3986 2.1", "names with reserved characters", async s => Body(await s.GetAsync("/odd/a%23b%2520c%3F.txt")), "200 odd"),
    ];

    private static ConformanceRule[] Conditions() =>
    [
        Get("13.1.1", "If-Match: the tag", "200", "If-Match: TAG"),
        Get("13.1.1", "If-Match: another tag", "412", "If-Match: \"other\""),
        Get("13.1.1", "If-Match: strong comparison", "412", "If-Match: W/TAG"),
        Get("13.1.1", "If-Match: *", "200", "If-Match: *"),
        Get("13.1.2", "If-None-Match: the tag", "304", "If-None-Match: TAG"),
        Get("13.1.2", "If-None-Match: another tag", "200", "If-None-Match: \"other\""),
        Get("13.1.2", "If-None-Match: weak comparison", "304", "If-None-Match: W/TAG"),
        Get("13.1.2", "If-None-Match: list, commas in tags", "304", "If-None-Match: \"a\", W/\"b,c\" ,,TAG"),
        Get("13.1.2", "If-None-Match: *", "304", "If-None-Match: *"),
        Get("13.1.3", "If-Modified-Since: the date", "304", "If-Modified-Since: " + Modified),
        Get("13.1.3", "If-Modified-Since: earlier", "200", "If-Modified-Since: " + Before),
        Get("13.1.3", "If-Modified-Since: later", "304", "If-Modified-Since: " + After),
        Get("13.1.3", "If-Modified-Since: no date, ignored", "200", "If-Modified-Since: yesterday"),
        Get("5.6.7", "dates in the obsolete forms (RFC 850)", "304", "If-Modified-Since: Thursday, 29-Feb-24 12:34:56 GMT"),
        Get("5.6.7", "dates in the obsolete forms (asctime)", "304", "If-Modified-Since: Thu Feb 29 12:34:56 2024"),
        Get("13.1.4", "If-Unmodified-Since: the date", "200", "If-Unmodified-Since: " + Modified),
        Get("13.1.4", "If-Unmodified-Since: earlier", "412", "If-Unmodified-Since: " + Before),
        Get("13.1.5", "If-Range: the tag", "206", "Range: bytes=0-1", "If-Range: TAG"),
        Get("13.1.5", "If-Range: another tag", "200", "Range: bytes=0-1", "If-Range: \"other\""),
        Get("13.1.5", "If-Range: strong comparison", "200", "Range: bytes=0-1", "If-Range: W/TAG"),
        new("13.1.5", "If-Range: the date", async s => Status(await s.GetAsync("/now.txt", "Range: bytes=0-1", "If-Range: " + (await s.GetAsync("/now.txt"))["Last-Modified"])), "206"),
        Get("8.8.2.2", "If-Range: a date that a tool set is not strong", "200", "Range: bytes=0-1", "If-Range: " + Modified),
        Get("13.1.5", "If-Range: a later date is another", "200", "Range: bytes=0-1", "If-Range: " + After),
        Get("13.1.5", "If-Range: an earlier date", "200", "Range: bytes=0-1", "If-Range: " + Before),
        Get("13.1.5", "If-Range fails: no 416 either", "200", "Range: bytes=50-", "If-Range: \"other\""),
        new("15.4.5", "304 has the tag and no content fields", ObserveNotModifiedAsync, "tag"),
    ];

    private static ConformanceRule[] Precedence() =>
    [
        Get("13.2.2", "If-Match over If-Unmodified-Since", "200", "If-Match: TAG", "If-Unmodified-Since: " + Before),
        Get("13.2.2", "If-None-Match matches, modified since: 304", "304", "If-None-Match: TAG", "If-Modified-Since: " + Before),
        Get("13.2.2", "If-None-Match does not, not modified since: 200", "200", "If-None-Match: \"other\"", "If-Modified-Since: " + After),
        Get("13.2.2", "If-Match before If-None-Match", "412", "If-Match: \"other\"", "If-None-Match: TAG"),
        Get("13.2.2", "If-Unmodified-Since before If-None-Match", "412", "If-Unmodified-Since: " + Before, "If-None-Match: TAG"),
        Get("13.2.2", "304 before Range", "304", "If-None-Match: TAG", "Range: bytes=0-1"),
        Get("13.2.2", "412 before 416", "412", "If-Match: \"other\"", "Range: bytes=50-"),
    ];

    private static ConformanceRule[] Ranges() =>
    [
        Range("14.1.2", "first to last", "206 2345 bytes 2-5/10", "bytes=2-5"),
        Range("14.1.2", "open end", "206 789 bytes 7-9/10", "bytes=7-"),
        Range("14.1.2", "suffix", "206 789 bytes 7-9/10", "bytes=-3"),
        Range("14.1.2", "suffix longer than the file", "206 0123456789 bytes 0-9/10", "bytes=-99"),
        Range("14.1.2", "last beyond the end", "206 9 bytes 9-9/10", "bytes=9-99999999999999999999999999"),
        Range("14.1", "unit names regardless of case", "206 12 bytes 1-2/10", "BYTES=1-2"),
        Range("5.6.1", "empty list members", "206 12 bytes 1-2/10", "bytes=, 1-2 ,"),
        Range("14.2", "unknown unit: ignored", "200 0123456789", "lines=1-2"),
        Range("14.2", "no syntax: ignored", "200 0123456789", "bytes=a-b"),
        Range("14.2", "last before first: ignored", "200 0123456789", "bytes=5-2"),
        Range("14.2", "a member of several is wrong: ignored", "200 0123456789", "bytes=0-0,5-2"),
        Range("15.5.17", "beyond the end: 416 with the size", "416 bytes */10", "bytes=10-"),
        Range("15.5.17", "an empty suffix: 416", "416 bytes */10", "bytes=-0"),
        new("14.2", "HEAD: ignored", async s => Status(await s.SendAsync(HttpMethod.Head, "/ten.txt", "Range: bytes=0-1")), "200"),
        new("14.1.2", "a suffix of an empty file: all of it", async s => Status(await s.GetAsync("/empty.txt", "Range: bytes=-5")), "200"),
        new("14.1.2", "beyond 4 GiB", async s => Ranged(await s.GetAsync("/huge.bin", "Range: bytes=-4")), "206 end. bytes 5368709116-5368709119/5368709120"),
    ];

    private static ConformanceRule[] SeveralRanges() =>
    [
        Several("15.3.7.2", "parts with their Content-Range", "0-0/10:0 4-5/10:45", "bytes=0-0,4-5"),
        Several("15.3.7.2", "in the order asked for", "8-8/10:8 0-0/10:0", "bytes=8-8,0-0"),
        Several("15.3.7.2", "overlapping ones are joined", "0-4/10:01234 8-8/10:8", "bytes=0-2,1-4,8-8"),
        Several("14.1.2", "unsatisfiable ones are dropped", "0-0/10:0 9-9/10:9", "bytes=0-0,50-60,9-9"),
        Range("15.3.7.2", "one left: a plain 206", "206 01 bytes 0-1/10", "bytes=0-1,50-60"),
        Range("15.5.17", "none left: 416", "416 bytes */10", "bytes=50-60,70-"),
        new("13.1.5", "If-Range and several", async s => $"{(await s.GetAsync("/ten.txt", "Range: bytes=0-0,9-9", "If-Range: \"x\"")).Status} {(await s.GetAsync("/ten.txt", "Range: bytes=0-0,9-9", "If-Range: TAG")).Status}", "200 206"),
        new("14.6", "beyond 4 GiB", async s => await PartsAsync(await s.GetAsync("/huge.bin", "Range: bytes=-4,5368709112-5368709113")), "5368709116-5368709119/5368709120:end. 5368709112-5368709113/5368709120:th"),
        new("17.15", "500 small ranges are not answered one by one", ObserveManyRangesAsync, "200", "416"),
    ];

    private static ConformanceRule Get(string section, string text, string status, params string[] headers)
        => new(section, text, async site => Status(await site.GetAsync("/ten.txt", headers)), status);

    private static ConformanceRule Range(string section, string text, string right, string range)
        => new(section, text, async site => Ranged(await site.GetAsync("/ten.txt", "Range: " + range)), right);

    private static ConformanceRule Several(string section, string text, string right, string range)
        => new(section, text, async site => await PartsAsync(await site.GetAsync("/ten.txt", "Range: " + range)), right);

    private static string Status(Answer answer) => answer.Status.ToString(CultureInfo.InvariantCulture);

    private static string Body(Answer answer) => answer.Status == 200 ? $"200 {answer.Text}" : Status(answer);

    private static string Allow(Answer answer) => $"{answer.Status} {answer["Allow"]}";

    private static string Kind(string? tag) => tag is null ? "none" : tag.StartsWith('"') ? "strong" : "weak";

    private static string Location(Answer answer)
        => $"{answer.Status} {(Uri.TryCreate(answer["Location"], UriKind.Absolute, out var uri) && uri.Scheme.StartsWith("http", StringComparison.Ordinal) ? uri.PathAndQuery : answer["Location"])}";

    private static string Ranged(Answer answer) => $"{answer.Status} {(answer.Status == 416 ? "" : answer.Text + " ")}{answer["Content-Range"]}".Trim();

    private static async Task<string> PartsAsync(Answer answer)
        => answer["Content-Type"]?.StartsWith("multipart/byteranges", StringComparison.Ordinal) == true
            ? (await MultipartAnswer.ReadAsync(answer)).ToString()
            : Ranged(answer);

    private static async Task<string> ObserveHeadAsync(ConformanceSite site)
    {
        var get = await site.GetAsync("/large.bin");
        var head = await site.SendAsync(HttpMethod.Head, "/large.bin");
        var different = get.Headers.Keys.Union(head.Headers.Keys).Where(k => k != "Date" && get[k] != head[k]);
        return head.Body.Length > 0 ? "a body" : different.FirstOrDefault() is { } name ? name : "same fields";
    }

    // Dated ahead, as a clock that is a little late sees a file just written.
    private static async Task<string> ObserveFreshFileAsync(ConformanceSite site)
    {
        var path = Path.Combine(site.Root, "fresh.txt");
        await File.WriteAllTextAsync(path, "fresh");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(30));
        return Kind((await site.GetAsync("/fresh.txt"))["ETag"]);
    }

    private static async Task<string> ObserveBuildDateAsync(ConformanceSite site)
    {
        var path = Path.Combine(site.Root, "npm.txt");
        await File.WriteAllTextAsync(path, "npm");
        File.SetLastWriteTimeUtc(path, new DateTime(1985, 10, 26, 8, 15, 0, DateTimeKind.Utc));
        return (await site.GetAsync("/npm.txt"))["Last-Modified"] ?? "none";
    }

    private static async Task<string> ObserveSameTimeAsync(ConformanceSite site)
    {
        var tags = new List<string?>();
        foreach (var content in (string[])["first", "other"])
        {
            var path = Path.Combine(site.Root, "same.txt");
            await File.WriteAllTextAsync(path, content);
            File.SetLastWriteTimeUtc(path, new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc));
            await Task.Delay(40);
            tags.Add((await site.GetAsync("/same.txt"))["ETag"]);
        }

        return tags[0] is null ? "none" : tags[0] == tags[1] ? "the same" : "another";
    }

    private static async Task<string> ObserveNotModifiedAsync(ConformanceSite site)
    {
        var answer = await site.GetAsync("/ten.txt", "If-None-Match: TAG");
        return answer.Status != 304 ? Status(answer)
            : answer["ETag"] is null ? "no tag"
            : answer["Content-Type"] is null && answer["Content-Range"] is null ? "tag" : "tag and content fields";
    }

    private static async Task<string> ObserveManyRangesAsync(ConformanceSite site)
    {
        var answer = await site.GetAsync("/large.bin", "Range: bytes=" + string.Join(",", Enumerable.Range(0, 500).Select(i => $"{200 * i}-{200 * i}")));
        return Status(answer);
    }
}
