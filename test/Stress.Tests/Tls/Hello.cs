using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Stress.Tests.Support;

namespace Aeronet.AspNetCore.Stress.Tests.Tls;

/// <summary>Real ClientHellos, for connections that get no further.</summary>
internal static class Hello
{
    internal static byte[] Of(SslProtocols version)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        using var tls = new SslStream(new NetworkStream(client));
        var handshake = tls.AuthenticateAsClientAsync(TlsParties.Client(version, resumes: false));
        var buffer = new byte[4096];
        var received = server.Receive(buffer);
        server.Dispose();
        Assert.ThrowsAny<IOException>(() => handshake.GetAwaiter().GetResult());
        return buffer[..received];
    }
}
