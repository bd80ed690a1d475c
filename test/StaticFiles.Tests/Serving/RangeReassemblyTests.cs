using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using CsCheck;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

public sealed class RangeReassemblyTests
{
    // RFC 9110 section 15.3.7: the parts of a file, fetched one by one with its tag as If-Range, are the file.
    [Theory, EachServer]
    public async Task Get_FileInRandomParts_PartsMakeTheFile(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        var cases = Gen.Select(
            Gen.OneOf(Gen.Int[1, 100], Gen.Int[10_000, 200_000]),
            Gen.Int[1, 8].SelectMany(n => Gen.Int[0, 200_000].Array[n]));
        var number = 0;
        await cases.SampleAsync(
            async (size, cuts) =>
            {
                var name = $"/{Interlocked.Increment(ref number)}.bin";
                site.Write(name[1..], Pattern.Bytes(size));
                var tag = (await site.SendAsync(HttpMethod.Head, name))["ETag"];
                var ends = cuts.Select(c => c % size).Append(0).Append(size).Distinct().Order().ToArray();
                using var whole = new MemoryStream();
                foreach (var (start, end) in ends.Zip(ends.Skip(1)))
                {
                    var part = await site.GetAsync(name, $"Range: bytes={start}-{end - 1}", $"If-Range: {tag}");
                    Assert.Equal(206, part.Status);
                    Assert.Equal($"bytes {start}-{end - 1}/{size}", part["Content-Range"]);
                    whole.Write(part.Body);
                }

                Assert.Equal(Pattern.Bytes(size), whole.ToArray());
            },
            iter: 40,
            threads: 2);
    }

    [Theory, EachServer]
    public async Task Get_AnyRangeText_AnswerAndNoError(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.bin", Pattern.Bytes(1000));
        var texts = Gen.Select(
            Gen.OneOf(Gen.Const("bytes="), Gen.Const("bytes"), Gen.Const(""), Gen.Const("items=")),
            Gen.String[Gen.Char["-,0123456789 =x*"], 0, 30],
            (unit, set) => unit + set);
        await texts.SampleAsync(
            async text =>
            {
                var answer = await site.GetAsync("/file.bin", "Range: " + text);
                Assert.True(answer.Status is 200 or 206 or 416, $"{answer.Status} for '{text}'");
                Assert.Equal(answer.Status == 200, answer.Body.Length == 1000 && answer["Content-Range"] is null);
            },
            iter: 300,
            threads: 2);
    }
}
