using System.Diagnostics;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Containment;

/// <summary>Another process changes what is served while it is served.</summary>
public sealed class OtherProcessTests
{
    // A file and a directory are in turn themselves and links out of the root, each step atomic.
    private const string Swapper = """
        import os
        os.symlink('../outside.txt', 'file-link'); os.symlink('../out', 'dir-link')
        while True:
            for real, link, name in (('file-real', 'file-link', 'file.txt'), ('dir-real', 'dir-link', 'dir')):
                os.rename(real, name); os.rename(name, real); os.rename(link, name); os.rename(name, link)
        """;

    // Version v has (40 + v) * 1000 bytes of value v; some are cut in half, where they lie, before the next takes the name.
    private const string Rewriter = """
        import os
        v = 0
        while True:
            v = v % 100 + 1
            with open('next', 'wb') as f: f.write(bytes([v]) * ((40 + v) * 1000))
            os.rename('next', 'file.bin')
            if v % 3 == 0: os.truncate('file.bin', (40 + v) * 500)
        """;

    [Theory]
    [EachServer(SymlinkPolicy.InsideRoot)]
    [EachServer(SymlinkPolicy.Deny)]
    public async Task Get_NamesSwappedForLinks_NothingFromOutside(ServerKind server, SymlinkPolicy policy)
    {
        await using var site = await TestSite.StartAsync(server, o => (o.Symlinks, o.OpenFileCacheMaxAge) = (policy, TimeSpan.Zero));
        site.Write("../outside.txt", "outside");
        site.Write("../out/file.txt", "outside");
        site.Write("file-real", "inside");
        site.Write("dir-real/file.txt", "inside");
        var (served, refused) = (0, 0);
        await using (OtherProcess.Start(site.Root, Swapper))
        {
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < OtherProcess.Duration || served == 0 || refused == 0;)
            {
                foreach (var path in (string[])["/file.txt", "/dir/file.txt"])
                {
                    var answer = await site.GetAsync(path);
                    Assert.True(answer.WasPassedOn || answer.Text == "inside", $"{answer.Status} {answer.Text}");
                    (served, refused) = answer.WasPassedOn ? (served, refused + 1) : (served + 1, refused);
                }

                Assert.True(Stopwatch.GetElapsedTime(start) < TaskTimeoutExtensions.DefaultTimeout, $"No race: {served} served, {refused} refused.");
            }
        }
    }

    [Theory, EachServer]
    public async Task Get_FileReplacedAndTruncated_OneVersionOrCut(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("file.bin", Enumerable.Repeat((byte)1, 41_000).ToArray());
        var (whole, parts, cut) = (0, 0, 0);
        await using (OtherProcess.Start(site.Root, Rewriter))
        {
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < OtherProcess.Duration || whole == 0 || parts == 0;)
            {
                try
                {
                    var answer = await site.GetAsync("/file.bin");
                    AssertOneVersion(server, answer.Body, answer.Body.Length);
                    whole++;
                    var several = await MultipartAnswer.ReadAsync(await site.GetAsync("/file.bin", "Range: bytes=0-99,1000-18999,-50"));
                    AssertOneVersion(server, [.. several.Parts.SelectMany(p => p.Body)], several.Parts[0].Size);
                    parts++;
                }
                catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
                {
                    cut++;
                }

                Assert.True(
                    Stopwatch.GetElapsedTime(start) < TaskTimeoutExtensions.DefaultTimeout, $"{whole} whole, {parts} in parts, {cut} cut.");
            }
        }
    }

    private static void AssertOneVersion(ServerKind server, byte[] bytes, long size)
    {
        var version = bytes[0];
        Assert.True(size == (40 + version) * 1000 || size == (40 + version) * 500, $"{size} bytes of version {version}.");
        var mismatch = bytes.AsSpan().IndexOfAnyExcept(version);

        // What sendfile(2) has queued are the file's own pages, and the kernel clears the rest of the page that a file is cut in.
        var isCleared = server == ServerKind.Aeronet && mismatch >= 0 && bytes[mismatch] == 0
            && bytes.AsSpan(mismatch).IndexOfAnyExcept((byte)0, version) < 0;
        Assert.True(mismatch < 0 || isCleared, $"Two versions in one answer: {version}, and {bytes[Math.Max(mismatch, 0)]} at {mismatch}.");
    }
}
