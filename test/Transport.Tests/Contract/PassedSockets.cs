using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>Listening sockets that a server is started with as systemd starts it: as descriptors 3, 4, ... and with their names.</summary>
internal sealed class PassedSockets : IDisposable
{
    /// <summary>Of tests that make descriptors which every child inherits, and of those that look at what children inherit.</summary>
    internal const string Collection = "inherited descriptors";

    private const int F_DUPFD = 0;

    // So high that moving them to 3 and on overwrites none that is still to be moved.
    private const int Lowest = 60;

    private readonly List<Socket> _sockets = [];
    private readonly List<int> _inherited = [];

    internal PassedSockets(params EndPoint[] endPoints)
    {
        foreach (var endPoint in endPoints)
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            _sockets.Add(socket);
            socket.Bind(endPoint);
            socket.Listen();

            // A duplicate that children inherit.
            _inherited.Add(Libc.fcntl((int)socket.Handle, F_DUPFD, Lowest));
            Assert.True(_inherited[^1] >= Lowest);
        }
    }

    internal EndPoint this[int index] => _sockets[index].LocalEndPoint!;

    /// <summary>bash moves the descriptors and becomes the server, so that the process id is right.</summary>
    internal ChildProcess Start(string names, params string[] arguments)
    {
        var moves = string.Join(' ', _inherited.Select((fd, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 3}<&{fd} {fd}<&-")));
        var script = $"export LISTEN_PID=$$ LISTEN_FDS={_inherited.Count} LISTEN_FDNAMES={names}; exec \"$@\" {moves}";
        return ChildProcess.Start(ChildRoles.ActivatedServer, arguments, ExternalTool.Require("bash").FullPath, "-c", script, "bash");
    }

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _inherited.ForEach(fd => _ = Libc.close(fd));
    }
}
