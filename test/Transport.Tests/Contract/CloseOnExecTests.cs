using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>A program that the application starts gets none of the server's descriptors: it would keep ports and connections open.</summary>
[Collection(PassedSockets.Collection)]
public sealed class CloseOnExecTests
{
    private const int F_DUPFD = 0;

    [Fact]
    public async Task Server_OnEveryKindOfEndpoint_LeavesItsProgramsNoDescriptor()
    {
        var bash = ExternalTool.Require("bash");
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();

        // As systemd hands it over: 3, and open across exec.
        var inherited = Libc.fcntl((int)listening.Handle, F_DUPFD, 10);
        Assert.True(inherited >= 10);
        try
        {
            var script = string.Create(
                CultureInfo.InvariantCulture, $"export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\" 3<&{inherited} {inherited}<&-");
            await using var server = ChildProcess.Start(ChildRoles.InheritingServer, [], bash.FullPath, "-c", script, "bash");

            Assert.Equal("sockets and the like of a program it starts: none", await server.ReadLineAsync("the server's answer"));
            Assert.Equal(0, (await server.EndAsync()).ExitCode);
        }
        finally
        {
            _ = Libc.close(inherited);
        }
    }
}
