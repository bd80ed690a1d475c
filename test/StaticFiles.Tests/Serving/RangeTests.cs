using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Serving;

/// <summary>RFC 9110 section 14, on a file that holds 0123456789.</summary>
public sealed class RangeTests
{
    private const string Digits = "0123456789";
    private const string Modified = "Thu, 29 Feb 2024 12:34:56 GMT";

    [Theory]
    // Section 14.1.2: first and last, open, suffix; ends beyond the file are cut.
    [EachServer("bytes=0-0", 206, "0", "bytes 0-0/10")]
    [EachServer("bytes=2-5", 206, "2345", "bytes 2-5/10")]
    [EachServer("bytes=7-", 206, "789", "bytes 7-9/10")]
    [EachServer("bytes=-3", 206, "789", "bytes 7-9/10")]
    [EachServer("bytes=-99", 206, Digits, "bytes 0-9/10")]
    [EachServer("bytes=0-9", 206, Digits, "bytes 0-9/10")]
    [EachServer("bytes=9-99999999999999999999999999", 206, "9", "bytes 9-9/10")]
    // Section 14.1: unit names are case-insensitive; section 5.6.1.2: empty members are skipped, blanks around members allowed.
    [EachServer("BYTES=1-2", 206, "12", "bytes 1-2/10")]
    [EachServer("bytes=, 1-2 ,", 206, "12", "bytes 1-2/10")]
    // Section 15.5.17: unsatisfiable.
    [EachServer("bytes=10-", 416, "", "bytes */10")]
    [EachServer("bytes=10-20", 416, "", "bytes */10")]
    [EachServer("bytes=99999999999999999999999999-", 416, "", "bytes */10")]
    [EachServer("bytes=-0", 416, "", "bytes */10")]
    // Section 14.2: unknown units and invalid syntax are ignored.
    [EachServer("lines=1-2", 200, Digits, null)]
    [EachServer("bytes", 200, Digits, null)]
    [EachServer("bytes=", 200, Digits, null)]
    [EachServer("bytes=-", 200, Digits, null)]
    [EachServer("bytes=5-2", 200, Digits, null)]
    [EachServer("bytes=a-b", 200, Digits, null)]
    [EachServer("bytes=1-2x", 200, Digits, null)]
    [EachServer("bytes=--1", 200, Digits, null)]
    [EachServer("bytes=+1-2", 200, Digits, null)]
    public async Task Get_Range_AnswerByRfc9110(ServerKind server, string range, int status, string body, string? contentRange)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.txt", Digits);

        var answer = await site.GetAsync("/file.txt", "Range: " + range);

        Assert.Equal(status, answer.Status);
        Assert.Equal(body, answer.Text);
        Assert.Equal(contentRange, answer["Content-Range"]);
        if (status != 416)
        {
            Assert.Equal(body.Length.ToString(), answer["Content-Length"]);
            Assert.Equal("text/plain; charset=utf-8", answer["Content-Type"]);
            Assert.NotNull(answer["ETag"]);
            Assert.NotNull(answer["Last-Modified"]);
        }
    }

    // Section 13.1.5, If-Range: strong comparison, dates equal and not merely later.
    [Theory]
    [EachServer("TAG", 206)]
    [EachServer("W/TAG", 200)]
    [EachServer("\"other\"", 200)]
    [EachServer("TAG, \"other\"", 200)]
    [EachServer("*", 200)]
    [EachServer(Modified, 200)]
    [EachServer("Thu, 29 Feb 2024 12:34:55 GMT", 200)]
    [EachServer("Thu, 29 Feb 2024 12:34:57 GMT", 200)]
    [EachServer("nonsense", 200)]
    public async Task Get_IfRange_RangeOnlyOfTheSameVersion(ServerKind server, string validator, int status)
    {
        await using var site = await TestSite.StartAsync(server);
        File.SetLastWriteTimeUtc(site.Write("file.txt", Digits), new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc));
        var tag = (await site.GetAsync("/file.txt"))["ETag"];
        validator = validator.Replace("TAG", tag, StringComparison.Ordinal);

        var answer = await site.GetAsync("/file.txt", "Range: bytes=2-3", "If-Range: " + validator);
        var unsatisfiable = await site.GetAsync("/file.txt", "Range: bytes=99-", "If-Range: " + validator);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 206 ? "23" : Digits, answer.Text);
        Assert.Equal(status == 206 ? 416 : 200, unsatisfiable.Status);
    }

    // Sections 5.6.7 and 8.8.2.2: the date of the last change, in any form, once its second is over.
    [Theory]
    [EachServer("r")]
    [EachServer("dddd, dd-MMM-yy HH:mm:ss 'GMT'")]
    public async Task Get_IfRangeDateOfTheChange_Part(ServerKind server, string format)
    {
        await using var site = await TestSite.StartAsync(server);
        File.WriteAllText(site.PathOf("file.txt"), Digits);
        var changed = File.GetLastWriteTimeUtc(site.PathOf("file.txt"));
        var date = changed.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
        var early = await StatusAsync();
        Assert.True(early == 200 || DateTime.UtcNow.Second != changed.Second, "A part by a date whose second was not over.");
        await Task.Delay(1100);

        Assert.Equal(206, await StatusAsync());
        File.SetLastWriteTimeUtc(site.PathOf("file.txt"), changed);
        Assert.Equal(200, await StatusAsync());

        async Task<int> StatusAsync() => (await site.GetAsync("/file.txt", "Range: bytes=2-3", "If-Range: " + date)).Status;
    }

    // Section 14.2: Range is defined for GET only.
    [Theory, EachServer]
    public async Task Head_Range_Ignored(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.txt", Digits);

        var answer = await site.SendAsync(HttpMethod.Head, "/file.txt", "Range: bytes=2-3");

        Assert.Equal(200, answer.Status);
        Assert.Equal("10", answer["Content-Length"]);
        Assert.Equal(200, (await site.SendAsync(HttpMethod.Head, "/file.txt", "Range: bytes=99-")).Status);
    }

    [Theory]
    [EachServer("bytes=0-", 416)]
    [EachServer("bytes=-5", 200)]
    [EachServer("bytes=-0", 416)]
    public async Task Get_RangeOfEmptyFile_NoPart(ServerKind server, string range, int status)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("empty", "");

        var answer = await site.GetAsync("/empty", "Range: " + range);

        Assert.Equal(status, answer.Status);
        Assert.Empty(answer.Body);
    }

    // Beyond 4 GiB, in a file without blocks.
    [Theory, EachServer]
    public async Task Get_RangeBeyond4GiB_ThoseBytes(ServerKind server)
    {
        const long Size = 5L * 1024 * 1024 * 1024;
        await using var site = await TestSite.StartAsync(server);
        using (var file = File.OpenHandle(site.PathOf("huge.bin"), FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, Pattern.Bytes(100_000, Size - 100_000), Size - 100_000);
        }

        var answer = await site.GetAsync("/huge.bin", "Range: bytes=-100000");
        var head = await site.SendAsync(HttpMethod.Head, "/huge.bin");

        Assert.Equal($"bytes {Size - 100_000}-{Size - 1}/{Size}", answer["Content-Range"]);
        Assert.Equal(Pattern.Bytes(100_000, Size - 100_000), answer.Body);
        Assert.Equal(Size.ToString(), head["Content-Length"]);
    }
}
