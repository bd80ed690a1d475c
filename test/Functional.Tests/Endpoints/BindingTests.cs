using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Functional.Tests.Endpoints;

public sealed class BindingTests
{
    [Theory, BothTransports]
    public async Task PortZero_Bound_RealPortIsReported(TransportKind transport)
    {
        await using var host = await StartAsync(transport, kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        using var client = await host.ConnectAsync();

        Assert.NotEqual(0, host.Port);
        Assert.Equal($"http://127.0.0.1:{host.Port}", Assert.Single(host.Addresses));
        Assert.StartsWith($"127.0.0.1:{host.Port} 127.0.0.1:", (await client.GetAsync()).Text, StringComparison.Ordinal);
    }

    [Theory, BothTransports]
    public async Task IPv6Loopback_Bound_EndpointsAreIPv6(TransportKind transport)
    {
        SkipWithoutIPv6();
        await using var host = await StartAsync(transport, kestrel => kestrel.Listen(IPAddress.IPv6Loopback, 0));
        using var client = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, host.Port));

        Assert.Equal($"http://[::1]:{host.Port}", Assert.Single(host.Addresses));
        Assert.Equal($"::1:{host.Port} ::1:{((IPEndPoint)client.Socket.LocalEndPoint!).Port}", (await client.GetAsync()).Text);
    }

    [Theory]
    [BothTransports(true)]
    [BothTransports(false)]
    public async Task IPv6Any_Bound_BothFamiliesAreAccepted(TransportKind transport, bool listenAnyIP)
    {
        SkipWithoutIPv6();
        await using var host = await StartAsync(transport, kestrel =>
        {
            if (listenAnyIP)
                kestrel.ListenAnyIP(0);
            else
                kestrel.Listen(IPAddress.IPv6Any, 0);
        });

        Assert.Equal($"http://[::]:{host.Port}", Assert.Single(host.Addresses));
        using var six = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, host.Port));
        Assert.Equal($"::1:{host.Port} ::1:{((IPEndPoint)six.Socket.LocalEndPoint!).Port}", (await six.GetAsync()).Text);

        // An IPv4 peer of a dual-stack socket is shown by its mapped address.
        using var four = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, host.Port));
        Assert.Equal(
            $"::ffff:127.0.0.1:{host.Port} ::ffff:127.0.0.1:{((IPEndPoint)four.Socket.LocalEndPoint!).Port}",
            (await four.GetAsync()).Text);
    }

    [Theory, BothTransports]
    public async Task IPv4Any_Bound_IPv4IsAcceptedAndIPv6IsNot(TransportKind transport)
    {
        SkipWithoutIPv6();
        await using var host = await StartAsync(transport, kestrel => kestrel.Listen(IPAddress.Any, 0));

        Assert.Equal($"http://0.0.0.0:{host.Port}", Assert.Single(host.Addresses));
        using var client = await host.ConnectAsync();
        Assert.Equal(200, (await client.GetAsync()).StatusCode);
        await Assert.ThrowsAsync<SocketException>(() => RawClient.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, host.Port)));
    }

    [Theory, BothTransports]
    public async Task TwoEndpoints_Bound_BothAnswer(TransportKind transport)
    {
        await using var host = await StartAsync(transport, kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Parse("127.0.0.2"), 0);
        });

        Assert.Equal(2, host.Addresses.Count);
        foreach (var (address, port) in new[] { ("127.0.0.1", host.Ports[0]), ("127.0.0.2", host.Ports[1]) })
        {
            using var client = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Parse(address), port));
            Assert.StartsWith($"{address}:{port} ", (await client.GetAsync()).Text, StringComparison.Ordinal);
        }
    }

    [Theory, BothTransports]
    public async Task Urls_InsteadOfEndpoints_Bound(TransportKind transport)
    {
        await using var host = await KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Builder = builder => builder.WebHost.UseUrls("http://127.0.0.1:0"),
            App = app => app.Run(EndPointsAsync),
        });
        using var client = await host.ConnectAsync();

        Assert.Equal(200, (await client.GetAsync()).StatusCode);
    }

    [Theory, BothTransports]
    public async Task Localhost_WithPortZero_RefusedAsKestrelDoes(TransportKind transport)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StartAsync(transport, kestrel => kestrel.ListenLocalhost(0)));

        Assert.Contains("Dynamic port binding is not supported when binding to localhost", error.Message, StringComparison.Ordinal);
    }

    [Theory, BothTransports]
    public async Task Localhost_WithAPort_BothLoopbacksAnswer(TransportKind transport)
    {
        SkipWithoutIPv6();
        var port = TestPorts.Next();
        await using var host = await StartAsync(transport, kestrel => kestrel.ListenLocalhost(port));

        Assert.Equal($"http://localhost:{port}", Assert.Single(host.Addresses));
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            using var client = await RawClient.ConnectAsync(new IPEndPoint(address, port));
            Assert.Equal(200, (await client.GetAsync()).StatusCode);
        }
    }

    [Theory]
    [BothTransports(false)]
    [BothTransports(true)]
    public async Task PortInUse_Start_IOExceptionWithTheReason(TransportKind transport, bool byAnotherServer)
    {
        await using var other = byAnotherServer ? await StartAsync(transport, kestrel => kestrel.Listen(IPAddress.Loopback, 0)) : null;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (other is null)
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Listen();
        }

        var port = other?.Port ?? ((IPEndPoint)socket.LocalEndPoint!).Port;
        var error = await Assert.ThrowsAsync<IOException>(() => StartAsync(transport, kestrel => kestrel.Listen(IPAddress.Loopback, port)));

        Assert.Equal($"Failed to bind to address http://127.0.0.1:{port}: address already in use.", error.Message);
        Assert.IsType<AddressInUseException>(error.InnerException);
    }

    [Theory, BothTransports]
    public async Task AddressOfNobody_Start_SocketException(TransportKind transport)
    {
        // TEST-NET-1 (RFC 5737) belongs to no host; nothing is sent, the bind is refused.
        var error = await Assert.ThrowsAsync<SocketException>(
            () => StartAsync(transport, kestrel => kestrel.Listen(IPAddress.Parse("192.0.2.1"), 5000)));

        Assert.Equal(SocketError.AddressNotAvailable, error.SocketErrorCode);
    }

    [Theory, BothTransports]
    public async Task Port_AfterTheServerStopped_FreeAtOnce(TransportKind transport)
    {
        int port;
        await using (var first = await StartAsync(transport, kestrel => kestrel.Listen(IPAddress.Loopback, 0)))
        {
            port = first.Port;
            using var client = await first.ConnectAsync();
            // Closed by the server first, so that its side of the connection stays in TIME_WAIT.
            await client.GetAsync("/", "Connection: close");
            await client.ReadToEndAsync();
        }

        await using var second = await StartAsync(transport, kestrel => kestrel.Listen(IPAddress.Loopback, port));
        using var again = await second.ConnectAsync();
        Assert.Equal(200, (await again.GetAsync()).StatusCode);
    }

    internal static Task<KestrelHost> StartAsync(TransportKind transport, Action<KestrelServerOptions> kestrel)
        => KestrelHost.StartAsync(transport, new KestrelHostOptions
        {
            DefaultEndpoint = false,
            Kestrel = kestrel,
            App = app => app.Run(EndPointsAsync),
        });

    private static Task EndPointsAsync(HttpContext context)
    {
        var connection = context.Connection;
        return context.Response.WriteAsync(
            $"{connection.LocalIpAddress}:{connection.LocalPort} {connection.RemoteIpAddress}:{connection.RemotePort}");
    }

    private static void SkipWithoutIPv6()
    {
        if (!Socket.OSSupportsIPv6 || !File.Exists("/proc/net/if_inet6"))
            Assert.Skip("this machine has no IPv6");
    }
}
