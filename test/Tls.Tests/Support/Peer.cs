using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aeronet.AspNetCore.Tls.Tests.Support;

/// <summary>What a client saw of a server: one connection, one request.</summary>
internal sealed record Peer(X509Certificate2 Certificate, X509Certificate2[] Intermediates, SslProtocols Version, TlsCipherSuite Suite, string Alpn, string Response)
{
    /// <summary>Shakes hands by any certificate and asks for <c>/</c>.</summary>
    /// <param name="port">The server's, on 127.0.0.1.</param>
    /// <param name="name">The name asked for; empty for none.</param>
    /// <param name="configure">Changes the client.</param>
    /// <exception cref="IOException">The server refused.</exception>
    /// <exception cref="AuthenticationException">The server refused.</exception>
    public static async Task<Peer> AskAsync(int port, string name = "localhost", Action<SslClientAuthenticationOptions>? configure = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port).OrTimeout("a connection");
        await using var tls = new SslStream(new NetworkStream(socket));
        var sent = Array.Empty<X509Certificate2>();
        var options = new SslClientAuthenticationOptions
        {
            // An address is not sent as a name.
            TargetHost = name.Length == 0 ? "127.0.0.1" : name,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, _, chain, _) =>
            {
                sent = [.. chain!.ChainPolicy.ExtraStore.Select(c => X509CertificateLoader.LoadCertificate(c.RawData))];
                return true;
            },
        };
        configure?.Invoke(options);
        await tls.AuthenticateAsClientAsync(options).OrTimeout("the handshake");
        var certificate = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());

        // What is refused in TLS 1.3 for lack of a client certificate is so after the client's handshake is complete.
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n")).OrTimeout("a write");
        using var reader = new StreamReader(tls, Encoding.ASCII);
        var response = await reader.ReadToEndAsync().OrTimeout("the response");
        return new Peer(
            certificate, [.. sent.Where(c => !c.Equals(certificate))], tls.SslProtocol, tls.NegotiatedCipherSuite, tls.NegotiatedApplicationProtocol.ToString(), response);
    }

    /// <summary>Whether the server ends the handshake, or the connection right after it.</summary>
    public static async Task<bool> IsRefusedAsync(int port, string name = "localhost", Action<SslClientAuthenticationOptions>? configure = null)
    {
        try
        {
            return (await AskAsync(port, name, configure)).Response.Length == 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return true;
        }
    }
}
