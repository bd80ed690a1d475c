using System.Net.Sockets;

namespace Aeronet.AspNetCore.Transport.Tests.Support;

/// <summary>Receives bodies that are too long to be kept.</summary>
internal static class ClientExtensions
{
    /// <summary>Takes <paramref name="count"/> bytes and checks that they are the pattern's from <paramref name="position"/> on.</summary>
    internal static async Task VerifyAsync(this RawClient client, long count, long position = 0)
    {
        for (var left = count; left > 0;)
        {
            var bytes = await client.ReadExactlyAsync((int)Math.Min(left, 64 * 1024));
            var mismatch = Pattern.FindMismatch(bytes, position);
            if (mismatch >= 0)
                throw new InvalidDataException($"Byte {mismatch} is wrong, in {bytes.Length} bytes at {position}.");

            position += bytes.Length;
            left -= bytes.Length;
        }
    }

    /// <summary>Takes <paramref name="count"/> bytes as fast as it can, off the thread pool. Every byte must be zero when it says so.</summary>
    internal static Task DiscardAsync(this RawClient client, long count, bool zeros) => Task.Factory.StartNew(
        () =>
        {
            var pending = client.Pending.Length;
            client.ReadExactlyAsync(pending).GetAwaiter().GetResult();
            var buffer = new byte[1024 * 1024];
            for (var left = count - pending; left > 0;)
            {
                var received = client.Socket.Receive(buffer, 0, (int)Math.Min(left, buffer.Length), SocketFlags.None);
                if (received == 0)
                    throw new EndOfStreamException($"The server closed {left} bytes early.");

                if (zeros && buffer.AsSpan(0, received).ContainsAnyExcept((byte)0))
                    throw new InvalidDataException($"A byte that is not zero, {left} bytes before the end.");

                left -= received;
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>
    /// Takes everything up to the end of the connection at a steady pace; tells how much it was and how it ended.
    /// </summary>
    internal static async Task<(long Received, ConnectionEnd End)> ReadSlowlyAsync(
        this RawClient client, int bytesPerStep, TimeSpan pause, TimeSpan longest)
    {
        var buffer = new byte[bytesPerStep];
        var received = (long)client.Pending.Length;
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            while (TimeProvider.System.GetElapsedTime(start) < longest)
            {
                var count = await client.Socket.ReceiveAsync(buffer, SocketFlags.None).OrTimeout("a slow reader's next bytes");
                if (count == 0)
                    return (received, ConnectionEnd.Finished);

                received += count;
                await Task.Delay(pause);
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return (received, ConnectionEnd.Reset);
        }

        throw new TimeoutException($"The server still sends after {longest.TotalSeconds} s and {received} bytes.");
    }
}
