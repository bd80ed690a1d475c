using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>The process that serves while this one starts, and hands its listening sockets over.</summary>
internal sealed class Predecessor : IDisposable
{
    private const string OfTheKeeper = "keeper";
    private const string OfTheProcess = "own";

    private readonly SuccessionChannel _channel;

    private Predecessor(SuccessionChannel channel, DescriptorHandle control, int count)
    {
        _channel = channel;
        Control = control;
        Count = count;
    }

    internal int Process => _channel.Peer.Process;

    /// <summary>How many sockets it handed over.</summary>
    internal int Count { get; }

    /// <summary>What new processes connect to.</summary>
    internal DescriptorHandle Control { get; }

    /// <summary>How a socket is described on its way.</summary>
    internal static string Describe(SocketOrigin origin) => origin == SocketOrigin.Keeper ? OfTheKeeper : OfTheProcess;

    /// <summary>Receives its sockets. Null when it has ended instead, and this process begins without it.</summary>
    /// <exception cref="SuccessionException">It refuses; the message is the end of a sentence that begins with it.</exception>
    internal static async Task<Predecessor?> ReceiveAsync(Socket connected, InheritedSockets sockets, CancellationToken cancellationToken)
    {
        var channel = new SuccessionChannel(connected);
        var received = new List<InheritedSocket>();
        DescriptorHandle? control = null;
        try
        {
            if (channel.WhyNotTrusted() is { } problem)
            {
                throw new SuccessionException(problem);
            }

            await channel.SendAsync(new SuccessionMessage(MessageKind.Take), null, cancellationToken).ConfigureAwait(false);
            while (await channel.ReceiveAsync(cancellationToken).ConfigureAwait(false) is var (message, passed))
            {
                switch (message.Kind)
                {
                    case MessageKind.Socket:
                        var origin = message.Text == OfTheKeeper ? SocketOrigin.Keeper : SocketOrigin.Predecessor;
                        received.Add(InheritedSocket.TryCreate(passed!, origin, out var what) ?? throw new SuccessionException($"handed over what {what}"));
                        break;
                    case MessageKind.Control when control is null:
                        control = passed!;
                        ControlSocket.Listen(control);
                        break;
                    case MessageKind.Complete when control is not null:
                        received.ForEach(sockets.Add);
                        var predecessor = new Predecessor(channel, control, received.Count);
                        (channel, control, received) = (null, null, []);
                        return predecessor;
                    case MessageKind.Refused:
                        throw new SuccessionException($"refuses to hand over: {message.Text}");
                    default:
                        passed?.Dispose();
                        throw new SuccessionException("sent a message out of its order");
                }
            }

            return null;
        }
        finally
        {
            channel?.Dispose();
            received.ForEach(static socket => socket.Descriptor.Dispose());
            control?.Dispose();
        }
    }

    /// <summary>
    /// Tells it that this process has started, and waits until it accepts no more. Null then, and when it has ended: the sockets are this process's.
    /// Otherwise why it goes on serving, as the end of a sentence that begins with it.
    /// </summary>
    internal async Task<(string? Refusal, bool HasEnded)> TellStartedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _channel.SendAsync(new SuccessionMessage(MessageKind.Started), null, cancellationToken).ConfigureAwait(false);
        }
        catch (SuccessionException)
        {
            // It may have refused before it closed its end: what it said is still to be read.
        }

        try
        {
            return await _channel.ReceiveAsync(cancellationToken).ConfigureAwait(false) switch
            {
                null => (null, true),
                var (message, _) when message.Kind == MessageKind.Yours => (null, false),
                var (message, _) when message.Kind == MessageKind.Refused => (message.Text, false),
                _ => ("it sent a message out of its order", false),
            };
        }
        catch (SuccessionException failure)
        {
            return (failure.Message, false);
        }
    }

    public void Dispose() => _channel.Dispose();
}
