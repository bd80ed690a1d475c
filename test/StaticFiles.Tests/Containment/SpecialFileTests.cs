using System.Net.Sockets;
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

        Assert.True((await site.GetAsync("/fifo").WaitAsync(TimeSpan.FromSeconds(5))).WasPassedOn);
        Assert.True((await site.SendAsync(HttpMethod.Head, "/fifo").WaitAsync(TimeSpan.FromSeconds(5))).WasPassedOn);
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
    public async Task Get_Unreadable_NotFoundAndLogged(ServerKind server)
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root may read every file.");
        await using var site = await TestSite.StartAsync(server);
        File.SetUnixFileMode(site.Write("file", "x"), UnixFileMode.None);

        Assert.True((await site.GetAsync("/file")).WasPassedOn);
        Assert.Contains(site.Host.Logs.From("Aeronet.AspNetCore.StaticFiles"), e => e.EventId.Name == "Denied");
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
