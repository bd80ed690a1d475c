using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Aeronet.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Admission;

/// <summary>A server with limits, and clients that meet them.</summary>
internal static class AdmissionHost
{
    internal static readonly byte[] Hello = ClientHellos.Capture();

    internal static Task<KestrelHost> StartAsync(Action<AeronetTlsAdmissionOptions> limits, Action<AeronetTlsOptions>? tls = null) => TlsHost.StartAsync(
        context => context.Response.WriteAsync("ok"),
        options =>
        {
            tls?.Invoke(options);
            limits(options.Admission);
        });

    /// <summary>A client that has begun a handshake and does not go on with it. Returns when the server has begun it too.</summary>
    internal static async Task<RawClient> HalfOpenAsync(KestrelHost host)
    {
        var client = await host.ConnectAsync();
        await client.SendAsync(Hello);
        await client.ReadExactlyAsync(5);
        return client;
    }

    /// <summary>Whether a client gets through its handshake; false when it is reset.</summary>
    internal static async Task<bool> TryHandshakeAsync(KestrelHost host)
    {
        try
        {
            await Peer.AskAsync(host.Port);
            return true;
        }
        catch (Exception refused) when (refused is IOException or SocketException or AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>How the server ends a connection that it does not answer. It may be reset before its client knows that it has connected.</summary>
    internal static async Task<ConnectionEnd> EndOfNextAsync(KestrelHost host, ReadOnlyMemory<byte> sent = default)
    {
        try
        {
            using var client = await host.ConnectAsync();
            await client.SendAsync(sent);
            var (bytes, end) = await client.ReadToEndAsync();
            Assert.Empty(bytes);
            return end;
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return ConnectionEnd.Reset;
        }
    }

    internal static double Rejected(KestrelHost host, string reason) =>
        host.Metrics.Total("aeronet.tls.rejected", ("aeronet.rejection.reason", reason));
}
