using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>A server that systemd (sd_listen_fds(3)) hands its listening socket to, in a process of its own.</summary>
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

    private static async Task AssertServedAsync(IPEndPoint endPoint)
    {
        for (var i = 0; i < 3; i++)
        {
            using var client = await RawClient.ConnectAsync(endPoint);
            Assert.Equal("ok", (await client.GetAsync()).Text);
        }
    }
}
