using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Transport.Connections;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Interleavings.Tests.Stages;

/// <summary>A connection with both of its sides.</summary>
internal sealed class Link
{
    private readonly Stage _stage;

    internal Link(Stage stage, string name, AeronetConnection connection, SocketHandle socket, ScriptedChannel channel)
    {
        (_stage, Name, Connection, Socket, Channel) = (stage, name, connection, socket, channel);
        Server = new Server(stage, this);
    }

    internal string Name { get; }

    internal AeronetConnection Connection { get; }

    internal SocketHandle Socket { get; }

    internal ScriptedChannel Channel { get; }

    /// <summary>The application's side.</summary>
    internal Server Server { get; }

    internal bool IsDisposed { get; set; }

    private ThreadChooser Chooser => _stage.Chooser;

    /// <summary>The peer sends.</summary>
    internal void Send(int bytes)
    {
        Chooser.Pass($"peer sends {bytes}");
        Happen(Channel.Arrive(bytes));
    }

    /// <summary>The peer waits for bytes and takes them.</summary>
    internal void Take(int bytes)
    {
        for (var left = (long)bytes; left > 0;)
        {
            Chooser.BlockUntil(() => Channel.Sent > Channel.Taken, $"peer waits for {left} of {bytes} bytes");
            var taken = Math.Min(left, Channel.Sent - Channel.Taken);
            left -= taken;
            Happen(Channel.Take(taken));
        }
    }

    /// <summary>The peer takes a part of what comes first, if anything does.</summary>
    internal void TakeSome(int atMost)
    {
        Chooser.BlockUntil(() => Channel.Sent > Channel.Taken || Socket.IsClosed, "peer waits for bytes or the end");
        Happen(Channel.Take(Math.Min(atMost, Channel.Sent - Channel.Taken)));
    }

    /// <summary>The peer takes what comes until the connection is closed.</summary>
    internal void TakeAll()
    {
        while (true)
        {
            Chooser.BlockUntil(() => Channel.Sent > Channel.Taken || Socket.IsClosed, "peer waits for bytes or the end");
            if (Channel.Sent == Channel.Taken)
                return;

            Happen(Channel.Take(Channel.Sent - Channel.Taken));
        }
    }

    /// <summary>The peer sends FIN.</summary>
    internal void Finish()
    {
        Chooser.Pass("peer finishes");
        Happen(Channel.Finish());
    }

    /// <summary>The peer sends RST.</summary>
    internal void Reset()
    {
        Chooser.Pass("peer resets");
        Happen(Channel.Reset());
    }

    private void Happen(EpollEvents happened) => _stage.Happen(this, happened);
}
