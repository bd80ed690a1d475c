using System.Net;
using System.Net.Sockets;

namespace Aeronet.Testing;

/// <summary>Ports for the few tests that cannot use port 0.</summary>
public static class TestPorts
{
    // Below the range the kernel takes ephemeral ports from (ip_local_port_range), so that no other socket gets one in between.
    private const int First = 21000;
    private const int Last = 29000;

    private static int _next = First + (Environment.ProcessId % 1000 * 8);

    /// <summary>A port that is free on the loopback addresses, and that no other test of this process is given.</summary>
    public static int Next()
    {
        for (var tries = 0; tries < Last - First; tries++)
        {
            var port = First + ((Interlocked.Increment(ref _next) - First) % (Last - First));
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }

        throw new InvalidOperationException($"No free port between {First} and {Last}.");
    }
}
