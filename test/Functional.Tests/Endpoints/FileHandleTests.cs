using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Functional.Tests.Endpoints;

/// <summary>Listening sockets that another process, such as systemd, has made and handed over by number.</summary>
public sealed class FileHandleTests
{
    [Theory]
    [BothTransports(FileHandleType.Auto)]
    [BothTransports(FileHandleType.Tcp)]
    public async Task TcpSocket_Inherited_Answered(TransportKind transport, FileHandleType type)
    {
        using var socket = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        using var inherited = new InheritedDescriptor(socket.SafeHandle);
        var endPoint = new FileHandleEndPoint(inherited.Number, type);
        await using var host = await BindingTests.StartAsync(transport, kestrel => kestrel.Listen(endPoint));

        for (var i = 0; i < 5; i++)
        {
            using var client = await RawClient.ConnectAsync(socket.LocalEndPoint!);
            Assert.StartsWith($"{socket.LocalEndPoint} ", (await client.GetAsync()).Text, StringComparison.Ordinal);
        }
    }

    [Theory, BothTransports]
    public async Task TcpSocket_ServerStops_DescriptorIsStillOpen(TransportKind transport)
    {
        using var socket = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        using var inherited = new InheritedDescriptor(socket.SafeHandle);
        await using (await BindingTests.StartAsync(transport, kestrel => kestrel.ListenHandle(inherited.Number)))
        {
            using var client = await RawClient.ConnectAsync(socket.LocalEndPoint!);
            Assert.Equal(200, (await client.GetAsync()).StatusCode);
        }

        // Whoever made it can hand it to the next server, and closes it.
        Assert.True(inherited.IsOpen);
    }

    [Theory, BothTransports]
    public async Task NotASocket_Start_RefusedAndLeftOpen(TransportKind transport)
    {
        using var file = File.OpenHandle("/dev/null");
        using var inherited = new InheritedDescriptor(file);

        await Assert.ThrowsAnyAsync<Exception>(
            () => BindingTests.StartAsync(transport, kestrel => kestrel.ListenHandle(inherited.Number)));

        Assert.True(inherited.IsOpen);
    }

    [Theory, BothTransports]
    public async Task UnixSocket_Inherited_Answered(TransportKind transport)
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        try
        {
            using var socket = Listen(new UnixDomainSocketEndPoint(Path.Combine(folder, "inherited.sock")));
            using var inherited = new InheritedDescriptor(socket.SafeHandle);
            await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
            {
                DefaultEndpoint = false,
                Kestrel = kestrel => kestrel.ListenHandle(inherited.Number),
                App = app => app.Run(context => context.Response.WriteAsync("ok")),
            });
            using var client = await RawClient.ConnectAsync(socket.LocalEndPoint!);

            Assert.Equal("ok", (await client.GetAsync()).Text);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Socket Listen(EndPoint endPoint)
    {
        var socket = new Socket(
            endPoint.AddressFamily,
            SocketType.Stream,
            endPoint is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        socket.Bind(endPoint);
        socket.Listen();
        return socket;
    }
}
