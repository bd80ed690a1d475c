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
        using var inherited = new InheritedSocket(new IPEndPoint(IPAddress.Loopback, 0));

        await using var host = await BindingTests.StartAsync(transport, kestrel => kestrel.Listen(new FileHandleEndPoint(inherited.Handle, type)));

        for (var i = 0; i < 5; i++)
        {
            using var client = await RawClient.ConnectAsync(inherited.EndPoint);
            Assert.StartsWith($"{inherited.EndPoint} ", (await client.GetAsync()).Text, StringComparison.Ordinal);
        }
    }

    [Theory, BothTransports]
    public async Task TcpSocket_ServerStops_SocketIsStillOpen(TransportKind transport)
    {
        using var inherited = new InheritedSocket(new IPEndPoint(IPAddress.Loopback, 0));
        await using (await BindingTests.StartAsync(transport, kestrel => kestrel.ListenHandle(inherited.Handle)))
        {
            using var client = await RawClient.ConnectAsync(inherited.EndPoint);
            Assert.Equal(200, (await client.GetAsync()).StatusCode);
        }

        // Whoever made it can hand it to the next server, and meanwhile the kernel queues clients.
        Assert.True(inherited.IsOpen);
        using var waiting = await RawClient.ConnectAsync(inherited.EndPoint);
    }

    [Theory, BothTransports]
    public async Task NotASocket_Start_Refused(TransportKind transport)
    {
        using var file = File.OpenHandle("/dev/null");
        var handle = (ulong)file.DangerousGetHandle();

        await Assert.ThrowsAnyAsync<Exception>(() => BindingTests.StartAsync(transport, kestrel => kestrel.ListenHandle(handle)));
        Assert.Equal("/dev/null", new FileInfo($"/proc/self/fd/{handle}").LinkTarget);
    }

    [Theory, BothTransports]
    public async Task UnixSocket_Inherited_Answered(TransportKind transport)
    {
        var folder = Directory.CreateTempSubdirectory("aeronet-").FullName;
        try
        {
            var endPoint = new UnixDomainSocketEndPoint(Path.Combine(folder, "inherited.sock"));
            using var inherited = new InheritedSocket(endPoint);
            await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
            {
                DefaultEndpoint = false,
                Kestrel = kestrel => kestrel.ListenHandle(inherited.Handle),
                App = app => app.Run(context => context.Response.WriteAsync("ok")),
            });
            using var client = await RawClient.ConnectAsync(endPoint);

            Assert.Equal("ok", (await client.GetAsync()).Text);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
