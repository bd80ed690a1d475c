using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Changes;

/// <summary>Files that change while the cache holds them open.</summary>
public sealed class ChangedFileTests
{
    // Long enough that nothing here is seen by looking a name up again.
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Theory]
    [EachServer("replaced, now longer")]
    [EachServer("same!")]
    [EachServer("")]
    public async Task Get_ReplacedByRename_NewVersionAtOnce(ServerKind server, string content)
    {
        await using var site = await TestSite.StartAsync(server, o => o.OpenFileCacheMaxAge = Never);
        site.Write("file.txt", "first");
        var first = await site.GetAsync("/file.txt");

        File.Move(site.Write("new.txt", content), site.PathOf("file.txt"), overwrite: true);

        await AssertServedAsync(site, content, first);
    }

    [Theory]
    [EachServer("other")]
    [EachServer("fir")]
    [EachServer("first and more")]
    [EachServer("")]
    public async Task Get_RewrittenInPlace_NewVersionAtOnce(ServerKind server, string content)
    {
        await using var site = await TestSite.StartAsync(server, o => o.OpenFileCacheMaxAge = Never);
        var path = site.Write("file.txt", "first");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
        var first = await site.GetAsync("/file.txt");

        site.Write("file.txt", content);

        await AssertServedAsync(site, content, first);
    }

    [Theory, EachServer]
    public async Task Get_Deleted_NotFoundAtOnceAndFileClosed(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.OpenFileCacheMaxAge = Never);
        var path = site.Write("file.txt", "first");
        Assert.Equal(200, (await site.GetAsync("/file.txt")).Status);
        await OpenDescriptors.BecomeAsync(site.Root, 1);

        File.Delete(path);

        Assert.True((await site.GetAsync("/file.txt")).WasPassedOn);
        await OpenDescriptors.BecomeAsync(site.Root, 0);
    }

    // The file itself stays as it was; only its name, and that of its directory, lead elsewhere.
    [Theory]
    [EachServer(0)]
    [EachServer(100)]
    public async Task Get_NameLeadsElsewhere_NewFileAfterMaxAge(ServerKind server, int maxAge)
    {
        await using var site = await TestSite.StartAsync(server, o => o.OpenFileCacheMaxAge = TimeSpan.FromMilliseconds(maxAge));
        site.Write("dir/file.txt", "first");
        site.Write("next/file.txt", "second");
        Assert.Equal("first", (await site.GetAsync("/dir/file.txt")).Text);

        Directory.Move(site.PathOf("dir"), site.PathOf("old"));
        Directory.Move(site.PathOf("next"), site.PathOf("dir"));

        await Task.Delay(2 * maxAge);
        Assert.Equal("second", (await site.GetAsync("/dir/file.txt")).Text);
    }

    [Theory, EachServer]
    public async Task Get_NothingChanged_OneDescriptorStaysOpen(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.OpenFileCacheMaxAge = TimeSpan.Zero);
        site.Write("file.txt", "first");

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("first", (await site.GetAsync("/file.txt")).Text);
            await OpenDescriptors.BecomeAsync(site.Root, 1);
        }
    }

    [Theory, EachServer]
    public async Task Stop_FilesOpen_AllClosed(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        for (var i = 0; i < 10; i++)
        {
            site.Write($"{i}.txt", "x");
            await site.GetAsync($"/{i}.txt");
        }

        await OpenDescriptors.BecomeAsync(site.Root, 10);
        await site.Host.StopAsync();

        await OpenDescriptors.BecomeAsync(site.Root, 0);
    }

    // Beyond what the sockets and the server's buffers hold: the rest is still to be read from the file.
    [Theory, BothTransports]
    public async Task Get_ReplacedWhileSent_OldVersionWhole(TransportKind transport)
    {
        const int Size = 32 * 1024 * 1024;
        await using var site = await TestSite.StartAsync(transport == TransportKind.Aeronet ? ServerKind.Aeronet : ServerKind.Sockets);
        site.Write("file.bin", Pattern.Bytes(Size));
        using var client = await site.Host.ConnectAsync();
        await client.SendGetAsync("/file.bin");
        Assert.Equal(200, (await client.ReadResponseHeadAsync()).StatusCode);

        File.Move(site.Write("new.bin", new byte[10]), site.PathOf("file.bin"), overwrite: true);
        Assert.Equal(new byte[10], (await site.GetAsync("/file.bin")).Body);

        Assert.Equal(-1, Pattern.FindMismatch(await client.ReadExactlyAsync(Size)));
        await Eventually.HoldsAsync(() => OpenDescriptors.Below(site.Root) == 1, "the old version to be closed");
    }

    [Theory, BothTransports]
    public async Task Get_TruncatedWhileSent_ConnectionCut(TransportKind transport)
    {
        const int Size = 32 * 1024 * 1024;
        await using var site = await TestSite.StartAsync(transport == TransportKind.Aeronet ? ServerKind.Aeronet : ServerKind.Sockets);
        var path = site.Write("file.bin", Pattern.Bytes(Size));
        using var client = await site.Host.ConnectAsync();
        await client.SendGetAsync("/file.bin");
        Assert.Equal(200, (await client.ReadResponseHeadAsync()).StatusCode);

        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(1000);
        }

        var (bytes, _) = await client.ReadToEndAsync();
        Assert.True(bytes.Length < Size, $"{bytes.Length} bytes");

        // The kernel clears the rest of the page (a huge one, perhaps) that the file now ends in, also where sendfile(2) has queued it.
        var mismatch = (int)Pattern.FindMismatch(bytes);
        Assert.True(mismatch < 0 || (transport == TransportKind.Aeronet && bytes[mismatch] == 0), $"Wrong byte at {mismatch}.");
        Assert.Equal(1000, (await site.GetAsync("/file.bin")).Body.Length);
    }

    [Theory, BothTransports]
    public async Task Get_ClientGoesAwayWhileSent_FileReleased(TransportKind transport)
    {
        await using var site = await TestSite.StartAsync(transport == TransportKind.Aeronet ? ServerKind.Aeronet : ServerKind.Sockets);
        var path = site.Write("file.bin", Pattern.Bytes(32 * 1024 * 1024));
        for (var i = 0; i < 10; i++)
        {
            using var client = await site.Host.ConnectAsync();
            await client.SendGetAsync("/file.bin");
            await client.ReadResponseHeadAsync();
            client.Reset();
        }

        File.Delete(path);
        Assert.True((await site.GetAsync("/file.bin")).WasPassedOn);
        await Eventually.HoldsAsync(() => OpenDescriptors.Below(site.Root) == 0, "the file to be closed");
    }

    private static async Task AssertServedAsync(TestSite site, string content, Answer before)
    {
        var after = await site.GetAsync("/file.txt");
        Assert.Equal(200, after.Status);
        Assert.Equal(content, after.Text);
        Assert.NotEqual(before["ETag"], after["ETag"]);
        Assert.Equal(200, (await site.GetAsync("/file.txt", $"If-None-Match: {before["ETag"]}")).Status);
        Assert.Equal(304, (await site.GetAsync("/file.txt", $"If-None-Match: {after["ETag"]}")).Status);
        Assert.Equal(412, (await site.GetAsync("/file.txt", $"If-Match: {before["ETag"]}")).Status);
        await OpenDescriptors.BecomeAsync(site.Root, 1);
    }
}
