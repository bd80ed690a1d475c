using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Authentication;
using Aeronet.AspNetCore.Tls.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Tls.Tests.Records;

/// <summary>Records that follow each other leave in one call, and none waits for another that does not come.</summary>
public sealed class GatheringTests
{
    // struct tcp_info: tcpi_data_segs_in (linux/tcp.h).
    private const int TcpInfo = 11;
    private const int DataSegmentsIn = 152;

    [Fact]
    public async Task LastResponse_LeavesWithTicketOrEnd()
    {
        // On the loop throughout, however long the code of a first request takes to compile.
        await using var host = await TlsHost.StartAsync(
            context => context.Response.WriteAsync("hello"), transport: options => options.StallThreshold = TimeSpan.FromSeconds(10));
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls13));
        await client.SendAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Contains("hello", await client.ReadUntilAsync("hello"), StringComparison.Ordinal);
        Assert.Equal(0, await client.Tls.ReadAsync(new byte[1]).OrTimeout("close_notify"));

        // The flight; the ticket, at once if the request was not there yet; the response and close_notify.
        Assert.InRange(SegmentsReceivedBy(client.Socket), 2u, 3u);
    }

    [Fact]
    public async Task Ticket_ClientThatSendsNothing_ArrivesAtOnce()
    {
        await using var host = await TlsHost.StartAsync(context => context.Response.WriteAsync("hello"));
        await using var client = await TlsClient.ConnectAsync(host, TlsClient.Version(SslProtocols.Tls13));
        var bytes = new byte[1];
        Assert.Equal(1, await client.Socket.ReceiveAsync(bytes, SocketFlags.Peek).OrTimeout("the ticket"));
        Assert.Equal(23, bytes[0]);
    }

    private static uint SegmentsReceivedBy(Socket socket)
    {
        var info = new byte[DataSegmentsIn + 4];
        socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInfo, info);
        return BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(DataSegmentsIn));
    }
}
