using System.Globalization;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using CsCheck;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>RFC 9110 sections 14.6 and 15.3.7.2, on a file that holds 0123456789 unless said otherwise.</summary>
public sealed class MultiRangeTests
{
    private const string Digits = "0123456789";

    [Theory]
    // Parts in the order asked for.
    [EachServer("bytes=0-0,2-3", "0-0/10:0 2-3/10:23")]
    [EachServer("bytes=8-,0-0,4-5", "8-9/10:89 0-0/10:0 4-5/10:45")]
    [EachServer("bytes=0-0, ,-1", "0-0/10:0 9-9/10:9")]
    // Overlapping and adjacent ones are joined, in the place of the first; a later one may join earlier ones.
    [EachServer("bytes=0-2,1-4,8-9", "0-4/10:01234 8-9/10:89")]
    [EachServer("bytes=8-9,0-1,2-3", "8-9/10:89 0-3/10:0123")]
    [EachServer("bytes=0-1,8-8,4-5,2-3", "0-5/10:012345 8-8/10:8")]
    [EachServer("bytes=0-0,0-0,9-9", "0-0/10:0 9-9/10:9")]
    // Unsatisfiable ones are dropped.
    [EachServer("bytes=0-0,50-60,9-9,-0", "0-0/10:0 9-9/10:9")]
    public async Task Get_SeveralRanges_Parts(ServerKind server, string range, string expected)
    {
        await using var site = await TestSite.StartAsync(server, o => o.RangeGap = 0);
        site.Write("file.txt", Digits);

        var answer = await site.GetAsync("/file.txt", "Range: " + range);
        var multipart = await MultipartAnswer.ReadAsync(answer);

        Assert.Equal(expected, multipart.ToString());
        var whole = await site.GetAsync("/file.txt");
        Assert.All(multipart.Parts, part => Assert.Equal(whole["Content-Type"], part.ContentType));
        Assert.Equal(whole["ETag"], answer["ETag"]);
        Assert.Equal(whole["Last-Modified"], answer["Last-Modified"]);
    }

    [Theory]
    // One left is a plain 206.
    [EachServer("bytes=0-1,50-60", 206, "01", "bytes 0-1/10")]
    [EachServer("bytes=0-4,5-9", 206, Digits, "bytes 0-9/10")]
    [EachServer("bytes=3-4,1-1,2-2", 206, "1234", "bytes 1-4/10")]
    // None left: 416 (section 15.5.17).
    [EachServer("bytes=20-30,40-50", 416, "", "bytes */10")]
    [EachServer("bytes=-0,10-", 416, "", "bytes */10")]
    // One wrong makes all of it invalid (section 14.2).
    [EachServer("bytes=0-0,x-1", 200, Digits, null)]
    [EachServer("bytes=0-0,5-2", 200, Digits, null)]
    public async Task Get_SeveralRanges_LessThanTwoParts(ServerKind server, string range, int status, string body, string? contentRange)
    {
        await using var site = await TestSite.StartAsync(server, o => o.RangeGap = 0);
        site.Write("file.txt", Digits);

        var answer = await site.GetAsync("/file.txt", "Range: " + range);

        Assert.Equal((status, body, contentRange), (answer.Status, answer.Text, answer["Content-Range"]));
    }

    [Theory, EachServer]
    public async Task RangeGap_Set_NearRangesJoined(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.RangeGap = 2);
        site.Write("file.txt", Digits);

        Assert.Equal("bytes 0-3/10", (await site.GetAsync("/file.txt", "Range: bytes=0-0,3-3"))["Content-Range"]);
        Assert.Equal("0-0/10:0 4-4/10:4", (await MultipartAnswer.ReadAsync(await site.GetAsync("/file.txt", "Range: bytes=0-0,4-4"))).ToString());
    }

    // Section 14.2: many small ranges are to be ignored or refused.
    [Theory]
    [EachServer(ExcessRangePolicy.WholeFile, 200)]
    [EachServer(ExcessRangePolicy.Refuse, 416)]
    public async Task MaxRanges_Exceeded_ByOption(ServerKind server, ExcessRangePolicy policy, int status)
    {
        await using var site = await TestSite.StartAsync(server, o => (o.MaxRanges, o.ExcessRanges, o.RangeGap) = (4, policy, 0));
        site.Write("file.txt", Digits);

        Assert.Equal(206, (await site.GetAsync("/file.txt", "Range: bytes=0-0,2-2,4-4,6-6")).Status);
        var answer = await site.GetAsync("/file.txt", "Range: bytes=0-0,2-2,4-4,6-6,8-8");
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200 ? Digits : "", answer.Text);
        Assert.Equal(status == 200 ? null : "bytes */10", answer["Content-Range"]);

        // Ranges that would all be one count as well, and so does a field too long for anything but an attack.
        Assert.Equal(status, (await site.GetAsync("/file.txt", "Range: bytes=" + string.Join(",", Enumerable.Repeat("0-", 1000)))).Status);
    }

    // Section 13.1.5.
    [Theory, EachServer]
    public async Task IfRange_SeveralRanges_OnlyOfTheSameVersion(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.RangeGap = 0);
        site.Write("file.txt", Digits);
        var tag = (await site.GetAsync("/file.txt"))["ETag"];

        Assert.Equal(206, (await site.GetAsync("/file.txt", "Range: bytes=0-0,9-9", $"If-Range: {tag}")).Status);
        Assert.Equal(Digits, (await site.GetAsync("/file.txt", "Range: bytes=0-0,9-9", "If-Range: \"other\"")).Text);
        Assert.Equal(200, (await site.SendAsync(HttpMethod.Head, "/file.txt", "Range: bytes=0-0,9-9")).Status);
    }

    // Each response has a boundary of its own: nobody can write a file that holds the next one.
    [Theory, EachServer]
    public async Task Get_SeveralRangesTwice_BoundariesDiffer(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.RangeGap = 0);
        site.Write("file.txt", Digits);

        var first = await site.GetAsync("/file.txt", "Range: bytes=0-0,9-9");
        var second = await site.GetAsync("/file.txt", "Range: bytes=0-0,9-9");

        Assert.NotEqual(first["Content-Type"], second["Content-Type"]);
    }

    // Small and large parts, with what is sent zero-copy between what is read; the connection goes on to be usable.
    [Theory, EachServer]
    public async Task Get_PartsOfAnySize_ThoseBytes(ServerKind server)
    {
        const int Size = 3 * 1024 * 1024;
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.bin", Pattern.Bytes(Size));
        (int First, int Last)[] ranges = [(2_000_000, 2_999_999), (0, 0), (1_000, 17_383), (20_000, 36_384), (100_000, 1_500_000), (3_145_000, Size - 1)];

        for (var i = 0; i < 3; i++)
        {
            var answer = await site.GetAsync("/file.bin", "Range: bytes=" + string.Join(",", ranges.Select(r => $"{r.First}-{r.Last}")));
            var multipart = await MultipartAnswer.ReadAsync(answer);

            Assert.Equal(ranges.Select(r => ((long)r.First, (long)r.Last)), multipart.Parts.Select(p => (p.First, p.Last)));
            Assert.All(multipart.Parts, p => Assert.Equal(Pattern.Bytes(p.Body.Length, p.First), p.Body));
        }
    }

    [Theory, EachServer]
    public async Task Get_PartsBeyond4GiB_ThoseBytes(ServerKind server)
    {
        const long Size = 5L * 1024 * 1024 * 1024;
        await using var site = await TestSite.StartAsync(server);
        using (var file = File.OpenHandle(site.PathOf("huge.bin"), FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, Pattern.Bytes(100_000, Size - 100_000), Size - 100_000);
        }

        var multipart = await MultipartAnswer.ReadAsync(await site.GetAsync("/huge.bin", $"Range: bytes=-50000,0-9,{Size - 100_000}-{Size - 70_001}"));

        Assert.Equal([(Size - 50_000, Size - 1), (0, 9), (Size - 100_000, Size - 70_001)], multipart.Parts.Select(p => (p.First, p.Last)));
        Assert.All(multipart.Parts, p => Assert.Equal(Size, p.Size));
        Assert.Equal(Pattern.Bytes(50_000, Size - 50_000), multipart.Parts[0].Body);
        Assert.Equal(new byte[10], multipart.Parts[1].Body);
        Assert.Equal(Pattern.Bytes(30_000, Size - 100_000), multipart.Parts[2].Body);
    }

    // Whatever is asked for arrives, nothing arrives twice, and every part is the file's bytes there.
    [Theory, EachServer]
    public async Task Get_RandomRanges_PartsHoldWhatWasAskedFor(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        int[] sizes = [100, 5_000, 200_000];
        foreach (var size in sizes)
        {
            site.Write($"{size}.bin", Pattern.Bytes(size));
        }

        var cases = Gen.Select(Gen.Int[0, 2].Select(i => sizes[i]), Gen.Select(Gen.Int[0, 250_000], Gen.OneOf(Gen.Int[1, 50], Gen.Int[1, 100_000])).Array[2, 16]);
        await cases.SampleAsync(
            async (size, ranges) =>
            {
                var wanted = ranges.Select(r => (First: r.Item1 % (size + 20), Last: (r.Item1 % (size + 20)) + r.Item2 - 1)).ToArray();
                var answer = await site.GetAsync($"/{size}.bin", "Range: bytes=" + string.Join(",", wanted.Select(r => $"{r.First}-{r.Last}")));
                var satisfiable = wanted.Where(r => r.First < size).Select(r => (r.First, Last: Math.Min(r.Last, size - 1))).ToArray();
                if (satisfiable.Length == 0)
                {
                    Assert.Equal(416, answer.Status);
                    return;
                }

                var parts = answer["Content-Range"] is { } range ? [SinglePart(range, answer.Body)] : (await MultipartAnswer.ReadAsync(answer)).Parts;
                var got = new byte[size];
                foreach (var part in parts)
                {
                    Assert.Equal(Pattern.Bytes(part.Body.Length, part.First), part.Body);
                    Assert.False(got.AsSpan((int)part.First, part.Body.Length).ContainsAnyExcept((byte)0), "Sent twice.");
                    got.AsSpan((int)part.First, part.Body.Length).Fill(1);
                }

                Assert.All(satisfiable, r => Assert.False(got.AsSpan()[r.First..(r.Last + 1)].Contains((byte)0), $"Not sent: {r}"));
            },
            iter: 60,
            threads: 2);
    }

    private static MultipartAnswer.Part SinglePart(string contentRange, byte[] body)
    {
        var numbers = contentRange["bytes ".Length..].Split('-', '/').Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(numbers[1] - numbers[0] + 1, body.Length);
        return new MultipartAnswer.Part("", numbers[0], numbers[1], numbers[2], body);
    }
}
