using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>A server that systemd (sd_listen_fds(3)) hands its listening socket to, in a process of its own.</summary>
[Collection(PassedSockets.Collection)]
public sealed class SystemdTests
{
    private const int F_DUPFD = 0;

    [Fact]
    public async Task ListenFds_EmulatedBySh_Serves()
    {
        var bash = ExternalTool.Require("bash");
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();

        // A duplicate that children inherit; bash moves it to 3 and becomes the server, so that the process id is right.
        var inherited = Libc.fcntl((int)listening.Handle, F_DUPFD, 10);
        Assert.True(inherited >= 10);
        try
        {
            var script = string.Create(
                CultureInfo.InvariantCulture, $"export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\" 3<&{inherited} {inherited}<&-");
            await using var server = ChildProcess.Start(ChildRoles.SystemdServer, [], bash.FullPath, "-c", script, "bash");

            Assert.Equal($"http://{listening.LocalEndPoint}", await server.ReadLineAsync("the server to start"));

            await AssertServedAsync((IPEndPoint)listening.LocalEndPoint!);
            Assert.Equal(0, (await server.EndAsync()).ExitCode);
        }
        finally
        {
            _ = Libc.close(inherited);
        }
    }

    [Fact]
    public async Task ListenFds_SystemdSocketActivate_Serves()
    {
        var activate = ExternalTool.Require("systemd-socket-activate");
        var port = TestPorts.Next();
        var endPoint = new IPEndPoint(IPAddress.Loopback, port);
        await using var server = ChildProcess.Start(
            ChildRoles.SystemdServer, [], activate.FullPath, "-l", endPoint.ToString(), "--");

        // It starts the server when the first client connects.
        RawClient? client = null;
        await Eventually.HoldsAsync(() => TryConnect(endPoint, out client), "systemd-socket-activate to listen");
        using (client)
        {
            await client!.SendGetAsync();
            Assert.Equal($"http://{endPoint}", await server.ReadLineAsync("the server to start"));
            Assert.Equal("ok", (await client.ReadResponseAsync()).Text);
        }

        await AssertServedAsync(endPoint);
    }

    [Fact]
    public async Task SeveralSockets_ByAddressAndByName_EachServedOnItsEndpoint()
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        try
        {
            var unix = new UnixDomainSocketEndPoint(Path.Combine(folder, "s"));
            using var sockets = new PassedSockets(new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0), unix, new IPEndPoint(IPAddress.Loopback, 0));
            await using (var server = sockets.Start("first:admin:local:spare", sockets[0].ToString()!, "admin", unix.ToString()))
            {
                // What it has from systemd, its programs do not have.
                Assert.Equal("variables: 0", await server.ReadLineAsync("the server to start"));
                await AssertServedAsync(sockets[0]);
                await AssertServedAsync(sockets[1]);
                await AssertServedAsync(unix);

                var (code, errors) = await server.EndAsync();
                Assert.Equal(0, code);
                Assert.Equal($"No endpoint listens on {sockets[3]}: it was passed at the start (LISTEN_FDS): connections wait there for ever. Give an endpoint its address, or take it out of the socket unit.\n", errors);
            }

            // They are whoever's made them: connections wait for the next server, and the file is there.
            var waiting = await Task.WhenAll(RawClient.ConnectAsync(sockets[0]), RawClient.ConnectAsync(unix));
            await using (var next = sockets.Start("first:admin:local:spare", sockets[0].ToString()!, unix.ToString()))
            {
                _ = await next.ReadLineAsync("the next server to start");
                foreach (var client in waiting)
                {
                    using (client)
                        Assert.Equal("ok", (await client.GetAsync()).Text);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task NameThatWasNotPassed_IsAnErrorThatSaysWhichWere()
    {
        using var sockets = new PassedSockets(new IPEndPoint(IPAddress.Loopback, 0));
        await using var server = sockets.Start("http", "https");

        Assert.Equal(
            "There is no socket named 'https' (what was passed is named 'http'): set FileDescriptorName=https in the socket unit, and start the service by it.",
            await server.ReadLineAsync("the server to fail"));
    }

    private static bool TryConnect(IPEndPoint endPoint, out RawClient? client)
    {
        try
        {
            client = RawClient.ConnectAsync(endPoint).GetAwaiter().GetResult();
            return true;
        }
        catch (SocketException)
        {
            client = null;
            return false;
        }
    }

    private static async Task AssertServedAsync(EndPoint endPoint)
    {
        for (var i = 0; i < 3; i++)
        {
            using var client = await RawClient.ConnectAsync(endPoint);
            Assert.Equal("ok", (await client.GetAsync()).Text);
        }
    }
}
