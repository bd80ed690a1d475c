using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>The connection between the two processes of a hand-over: a Unix socket that keeps the bounds of messages (SOCK_SEQPACKET).</summary>
internal sealed class SuccessionChannel(Socket socket) : IDisposable
{
    private static readonly TimeSpan s_untilRoom = TimeSpan.FromMilliseconds(10);

    private readonly byte[] _buffer = new byte[SuccessionMessage.MaxLength];

    /// <summary>The other process, as the kernel knows it (unix(7), SO_PEERCRED).</summary>
    internal (int Process, uint User) Peer { get; } = PeerOf(socket);

    /// <summary>Why the other process is not to be spoken with; null when it is of this user or of root.</summary>
    internal string? WhyNotTrusted() =>
        Peer.User == 0 || Peer.User == Credentials.EffectiveUser()
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"is of user {Peer.User}, and this one of user {Credentials.EffectiveUser()}: both must be of one user, or the other root's");

    /// <summary>Sends a message, with a duplicate of the descriptor where there is one.</summary>
    /// <exception cref="SuccessionException">The other process is gone.</exception>
    internal async Task SendAsync(SuccessionMessage message, SafeHandle? passed, CancellationToken cancellationToken)
    {
        var bytes = message.ToBytes();
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            var sent = DescriptorPassing.Send(socket.SafeHandle, bytes, passed);
            if (sent.IsSuccess)
            {
                return;
            }

            // Full, or as many descriptors are on their way as the user may have open (unix(7), ETOOMANYREFS).
            if (!sent.IsWouldBlock && sent.Errno != Errno.ETOOMANYREFS)
            {
                throw new SuccessionException(sent.IsPeerGone ? "has ended" : $"could not be written to ({Marshal.GetPInvokeErrorMessage(sent.Errno)})");
            }

            await Task.Delay(s_untilRoom, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The next message and the descriptor that it carries, which is the caller's; null when the other process has ended the connection.</summary>
    /// <exception cref="SuccessionException">What came is not a message.</exception>
    internal async Task<(SuccessionMessage Message, DescriptorHandle? Passed)?> ReceiveAsync(CancellationToken cancellationToken)
    {
        var wasReset = false;
        while (true)
        {
            // Waits, and leaves the message and its descriptor where they are.
            if (!await IsThereMoreAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            var passed = new List<DescriptorHandle>();
            try
            {
                var received = DescriptorPassing.Receive(socket.SafeHandle, _buffer, passed);
                if (received.IsWouldBlock)
                {
                    continue;
                }

                if (received.IsPeerGone && !wasReset)
                {
                    // Likewise, since it was waited for.
                    wasReset = true;
                    continue;
                }

                if (received.IsPeerGone || received is { IsSuccess: true, Bytes: 0 })
                {
                    return null;
                }

                if (!received.IsSuccess)
                {
                    throw new SuccessionException($"could not be read from ({Marshal.GetPInvokeErrorMessage(received.Errno)})");
                }

                if (!SuccessionMessage.TryParse(_buffer.AsSpan(0, (int)received.Bytes), out var message, out var problem))
                {
                    throw new SuccessionException(problem);
                }

                var carries = message.Kind is MessageKind.Socket or MessageKind.Control;
                if (passed.Count != (carries ? 1 : 0))
                {
                    throw new SuccessionException(passed.Count == 0 ? "sent a socket without its descriptor (is the limit of open files reached?)" : "sent descriptors that do not belong to its message");
                }

                var descriptor = passed.FirstOrDefault();
                passed.Clear();
                return (message, descriptor);
            }
            finally
            {
                passed.ForEach(descriptor => descriptor.Dispose());
            }
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<bool> IsThereMoreAsync(CancellationToken cancellationToken)
    {
        var wasReset = false;
        while (true)
        {
            try
            {
                return await socket.ReceiveAsync(_buffer.AsMemory(0, 1), SocketFlags.Peek, cancellationToken).ConfigureAwait(false) > 0;
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.MessageSize)
            {
                return true;
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionReset && !wasReset)
            {
                // The other has closed its end before it had read everything (unix(7)). The kernel says so once, ahead of the messages that wait.
                wasReset = true;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    // struct ucred: the process, the user, the group.
    private static (int Process, uint User) PeerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_PEERCRED, credentials);
        return (MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[4..]));
    }
}
