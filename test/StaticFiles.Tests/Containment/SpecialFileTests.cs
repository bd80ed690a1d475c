using System.Net.Sockets;
using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Native;
using Aeronet.AspNetCore.StaticFiles.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.StaticFiles.Tests.Containment;

public sealed class SpecialFileTests
{
    // Nobody writes into the FIFO: opening it the plain way would wait for ever.
    [Theory, EachServer]
    public async Task Get_Fifo_NotFoundAtOnce(ServerKind server)
    {
        var mkfifo = ExternalTool.Require("mkfifo");
        await using var site = await TestSite.StartAsync(server);
        Assert.Equal(0, (await mkfifo.RunAsync(site.PathOf("fifo"))).ExitCode);

        Assert.True((await site.GetAsync("/fifo").OrTimeout("the answer")).WasPassedOn);
        Assert.True((await site.SendAsync(HttpMethod.Head, "/fifo").OrTimeout("the answer")).WasPassedOn);
    }

    [Theory, EachServer]
    public async Task Get_Socket_NotFound(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(site.PathOf("socket")));

        Assert.True((await site.GetAsync("/socket")).WasPassedOn);
    }

    [Theory, EachServer]
    public async Task Get_Device_NotFound(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, o => o.Symlinks = SymlinkPolicy.Follow);
        site.Link("zero", "/dev/zero");
        site.Link("tty", "/dev/tty");

        Assert.True((await site.GetAsync("/zero")).WasPassedOn);
        Assert.True((await site.GetAsync("/tty")).WasPassedOn);
    }

    [Theory, EachServer]
    public async Task Get_Unreadable_ForbiddenAndLogged(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, before: Unprivileged.Use);
        File.SetUnixFileMode(site.Write("file", "x"), UnixFileMode.None);
        site.Write("readable", "x");
        Assert.Equal(200, (await site.GetAsync("/readable")).Status);

        Assert.Equal(403, (await site.GetAsync("/file")).Status);
        Assert.True((await site.SendAsync(HttpMethod.Post, "/file")).WasPassedOn);
        Assert.Contains(site.Host.Logs.From("Aeronet.AspNetCore.StaticFiles"), e => e.EventId.Name == "Denied");
    }

    // The answer does not tell which names there are of those that are never served.
    [Theory]
    [EachServer(false)]
    [EachServer(true)]
    public async Task Get_UnservedTypeUnreadable_AsIfReadable(ServerKind server, bool hasIndex)
    {
        await using var site = await TestSite.StartAsync(
            server, o => (o.ServeUnknownFileTypes, o.DirectoryIndex.Enabled) = (false, hasIndex), before: Unprivileged.Use);
        File.SetUnixFileMode(site.Write("secret.pem", "x"), UnixFileMode.None);
        site.Write("open.pem", "x");
        File.SetUnixFileMode(site.Write("page.txt", "x"), UnixFileMode.None);
        Directory.CreateDirectory(site.PathOf("closed"));
        File.SetUnixFileMode(site.PathOf("closed"), UnixFileMode.None);

        foreach (var path in (string[])["/open.pem", "/secret.pem", "/secret.pem/", "/missing.pem"])
        {
            Assert.True((await site.GetAsync(path)).WasPassedOn, path);
        }

        Assert.Equal(403, (await site.GetAsync("/page.txt")).Status);
        Assert.Equal(403, (await site.GetAsync("/closed")).Status);
        Assert.Equal(403, (await site.GetAsync("/closed/")).Status);
    }

    // Whoever asks decides what the path is, and no line of the log.
    [Theory, EachServer]
    public async Task Get_ControlsInPath_LoggedEscaped(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server, before: Unprivileged.Use);
        File.SetUnixFileMode(site.Write("a\r\nwarn: forged\x1b[31m\u009b\u2028ö", "x"), UnixFileMode.None);

        Assert.Equal(403, (await site.GetAsync("/a%0D%0Awarn:%20forged%1B%5B31m%C2%9B%E2%80%A8%C3%B6")).Status);
        var denied = Assert.Single(site.Host.Logs.From("Aeronet.AspNetCore.StaticFiles"), e => e.EventId.Name == "Denied");
        Assert.Contains("'/a\\u000d\\u000awarn: forged\\u001b[31m\\u009b\\u2028ö'", denied.Message, StringComparison.Ordinal);
    }

    // As nginx: whoever may not see the page is not shown what is beside it, nor the page of the application.
    [Theory, EachServer]
    public async Task Get_UnreadableDefaultDocument_ForbiddenAndNoList(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(
            server,
            o => (o.DirectoryIndex.Enabled, o.FallbackDocument, o.DefaultDocuments) = (true, "app.html", ["index.html", "index.htm"]),
            before: Unprivileged.Use);
        site.Write("app.html", "app");
        site.Write("secret.txt", "x");
        File.SetUnixFileMode(site.Write("index.html", "x"), UnixFileMode.None);
        site.Write("index.htm", "second");
        Directory.CreateDirectory(site.PathOf("closed"));
        File.SetUnixFileMode(site.PathOf("closed"), UnixFileMode.None);

        foreach (var path in (string[])["/", "/closed/", "/closed/file"])
        {
            var answer = await site.GetAsync(path);
            Assert.Equal(403, answer.Status);
            Assert.Empty(answer.Text);
        }
    }

    // Where the kernel cannot be asked to keep the way beneath the root.
    [Theory]
    [InlineData("file", OpenOutcome.File)]
    [InlineData("fifo", OpenOutcome.NotFound)]
    [InlineData("socket", OpenOutcome.NotFound)]
    [InlineData("missing", OpenOutcome.NotFound)]
    [InlineData("locked", OpenOutcome.Denied)]
    internal async Task Open_ByFullPath_NeverWaits(string name, OpenOutcome outcome)
    {
        var mkfifo = ExternalTool.Require("mkfifo");
        await using var site = await TestSite.StartAsync(ServerKind.TestServer);
        site.Write("file", "12345");
        File.SetUnixFileMode(site.Write("locked", "x"), UnixFileMode.None);
        Assert.Equal(0, (await mkfifo.RunAsync(site.PathOf("fifo"))).ExitCode);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(site.PathOf("socket")));

        // The directory above the site's is its owner's alone: now others may pass (0711).
        File.SetUnixFileMode(Path.GetDirectoryName(site.Root)!, (UnixFileMode)0x1c9);
        var opened = await Task.Run(() => Unprivileged.Run(() => PosixOpen.TryOpen(site.PathOf(name))))
            .OrTimeout("the answer");

        Assert.Equal(outcome, opened!.Value.Outcome);
        Assert.Equal(outcome == OpenOutcome.File ? 5 : 0, opened.Value.Stat.Size);
        opened.Value.Handle?.Dispose();
        Assert.Equal(0, OpenDescriptors.Below(site.Root));
    }

    [Theory, EachServer]
    public async Task Get_EscapingLink_NotFound(ServerKind server)
    {
        await using var site = await TestSite.StartAsync(server);
        site.Write("../secret.txt", "secret");
        site.Write("real.txt", "real");
        site.Link("out.txt", "../secret.txt");
        site.Link("passwd", "/etc/passwd");
        site.Link("in.txt", "real.txt");

        Assert.True((await site.GetAsync("/out.txt")).WasPassedOn);
        Assert.True((await site.GetAsync("/passwd")).WasPassedOn);
        var answer = await site.GetAsync("/in.txt");
        Assert.Equal("real", answer.Text);
        Assert.Equal("4", answer["Content-Length"]);
    }
}
