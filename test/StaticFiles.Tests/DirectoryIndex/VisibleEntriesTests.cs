using System.Net.Sockets;
using System.Text;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Files.Directories;
using Aeronet.AspNetCore.StaticFiles.Listings;
using Aeronet.AspNetCore.StaticFiles.Native;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;

namespace Aeronet.AspNetCore.StaticFiles.Tests.DirectoryIndex;

/// <summary>What is not served is not listed, and what is listed is served.</summary>
public sealed class VisibleEntriesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_Dotfiles_AsServed(bool serveHidden)
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, options: o => o.ServeHidden = serveHidden);
        site.Write(".hidden", "x");
        site.Write(".well-known/a", "x");
        site.Write(".git/config", "x");
        site.Write("sub/.well-known/a", "x");
        site.Write("sub/.hidden", "x");

        Assert.Equal(serveHidden ? [".git/", ".well-known/", "sub/", ".hidden"] : [".well-known/", "sub/"], await site.NamesAsync("/"));
        Assert.Equal(serveHidden ? [".well-known/", ".hidden"] : [], await site.NamesAsync("/sub/"));
        Assert.Equal(serveHidden ? 200 : 404, (await site.GetAsync("/.git/")).Status);
    }

    [Theory]
    [InlineData(SymlinkPolicy.Deny)]
    [InlineData(SymlinkPolicy.InsideRoot)]
    [InlineData(SymlinkPolicy.Follow)]
    public async Task List_Links_AsServed(SymlinkPolicy policy)
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, options: o => o.Symlinks = policy);
        site.Write("../outside/secret.txt", "secret");
        site.Write("dir/real.txt", "12345");
        site.Link("dir/in.txt", "real.txt");
        site.Link("dir/absolute.txt", site.PathOf("dir/real.txt"));
        site.Link("dir/up", "../dir");
        site.Link("dir/out.txt", "../../outside/secret.txt");
        site.Link("dir/outdir", "../../outside");
        site.Link("dir/dangling", "nowhere");
        site.Link("dir/loop", "loop");
        site.Link("dir/proc", "/proc/self/fd/0");

        var names = await site.NamesAsync("/dir/");

        Assert.Equal(
            policy switch
            {
                SymlinkPolicy.Deny => ["real.txt"],
                SymlinkPolicy.InsideRoot => ["up/", "absolute.txt", "in.txt", "real.txt"],
                _ => ["outdir/", "up/", "absolute.txt", "in.txt", "out.txt", "real.txt"],
            },
            names);
        foreach (var name in names)
        {
            Assert.Equal(200, (await site.GetAsync("/dir/" + name)).Status);
        }

        if (policy == SymlinkPolicy.InsideRoot)
        {
            using var json = await site.JsonAsync("/dir/");
            Assert.Equal(5, json.RootElement.GetProperty("entries")[2].GetProperty("size").GetInt64());
        }

        Assert.Equal(policy == SymlinkPolicy.Follow ? 200 : 404, (await site.GetAsync("/dir/outdir/")).Status);
    }

    [Fact]
    public async Task List_SpecialFiles_LeftOut()
    {
        var mkfifo = ExternalTool.Require("mkfifo");
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, options: o => o.Symlinks = SymlinkPolicy.Follow);
        Assert.Equal(0, (await mkfifo.RunAsync(site.PathOf("fifo"))).ExitCode);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(site.PathOf("socket")));
        site.Link("null", "/dev/null");
        site.Link("fifolink", "fifo");
        site.Write("back\\slash", "x");
        site.Write("file", "x");

        Assert.Equal(["file"], await site.NamesAsync("/"));
    }

    [Fact]
    public async Task List_Unreadable_LeftOut()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet);
        File.SetUnixFileMode(site.Write("secret", "x"), UnixFileMode.None);
        File.SetUnixFileMode(site.Write("mine", "x"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Directory.CreateDirectory(site.PathOf("locked"), UnixFileMode.UserRead);
        Directory.CreateDirectory(site.PathOf("open"));

        var root = LinuxFileRoot.TryOpen(site.Root, SymlinkPolicy.InsideRoot);
        Assert.SkipWhen(root is null, "Needs Linux.");
        Assert.Equal(["open:0", "mine:1"], Unprivileged.Run(() => Read(root, "")));
    }

    [Fact]
    public async Task List_UnknownTypes_AsServed()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet, options: o => o.ServeUnknownFileTypes = false);
        site.Write("file.txt", "x");
        site.Write("file.zzz", "x");
        site.Write("directory.zzz/file.txt", "x");

        Assert.Equal(["directory.zzz/", "file.txt"], await site.NamesAsync("/"));
    }

    // Without openat2, and without descriptors of directories at all: the same list.
    [Theory]
    [InlineData("openat2")]
    [InlineData("component walk")]
    [InlineData("full path")]
    public async Task Read_EveryStrategy_SameEntries(string strategy)
    {
        await using var site = await IndexSite.StartAsync(ServerKind.TestServer);
        site.Write("../outside.txt", "x");
        site.Write("dir/real.txt", "12345");
        site.Write("dir/.hidden", "x");
        site.Write("dir/sub/x", "x");
        site.Link("dir/in.txt", "real.txt");
        site.Link("dir/out.txt", "../../outside.txt");
        IDirectoryRoot? root = strategy == "full path"
            ? new PortableFileRoot(site.Root, SymlinkPolicy.InsideRoot)
            : LinuxFileRoot.TryOpen(site.Root, SymlinkPolicy.InsideRoot, useOpenAt2: strategy == "openat2");
        Assert.SkipWhen(root is null || ((IFileRoot)root).Strategy != strategy, $"This system has no {strategy}.");

        Assert.Equal(["sub:0", "in.txt:5", "real.txt:5"], Read(root, "dir"));
        Assert.Equal(["dir:0"], Read(root, ""));
        Assert.Equal(OpenOutcome.NotFound, root.OpenDirectory("dir/real.txt\0"u8, out _));
        Assert.Equal(OpenOutcome.NotFound, root.OpenDirectory("missing\0"u8, out _));
    }

    [Fact]
    public async Task Read_Descriptors_AllClosed()
    {
        await using var site = await IndexSite.StartAsync(ServerKind.Aeronet);
        site.Write("dir/file", "x");
        site.Link("dir/link", "file");
        for (var i = 0; i < 20; i++)
        {
            await site.GetAsync("/dir/");
            await site.GetAsync("/dir");
            await site.SendAsync(HttpMethod.Post, "/dir/");
        }

        await Eventually.HoldsAsync(() => OpenDescriptors.Below(site.Root) == 0, "descriptors are closed");
    }

    private static string[] Read(IDirectoryRoot root, string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        Assert.Equal(OpenOutcome.Directory, root.OpenDirectory([.. bytes, 0], out var directory));
        using (directory)
        {
            var builder = new DirectorySnapshotBuilder(new EntryRules(serveHidden: false, null), 100, bytes);
            Assert.True(directory!.TryRead(builder));
            var snapshot = builder.Build(directory.Stamp, DateTimeOffset.UtcNow);
            return [.. Enumerable.Range(0, snapshot.Count)
                .Select(i => snapshot.At(StaticFiles.DirectoryIndex.DirectoryIndexSort.Name, descending: false, i))
                .Select(entry => $"{Encoding.UTF8.GetString(snapshot.NameOf(entry))}:{entry.Size}")];
        }
    }
}
