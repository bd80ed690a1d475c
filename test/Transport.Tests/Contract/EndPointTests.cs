using System.Net;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>Which endpoints the transport takes, and what it does with each.</summary>
public sealed class EndPointTests
{
    public static TheoryData<EndPoint, bool> CanBindTable => new()
    {
        { new IPEndPoint(IPAddress.Loopback, 0), true },
        { new IPEndPoint(IPAddress.IPv6Any, 443), true },
        { new UnixDomainSocketEndPoint("/tmp/x.sock"), true },
        { new UnixDomainSocketEndPoint("\0abstract"), true },
        { new FileHandleEndPoint(3, FileHandleType.Auto), true },
        { new FileHandleEndPoint(3, FileHandleType.Tcp), true },
        { new FileHandleEndPoint(3, FileHandleType.Pipe), true },
        { new DnsEndPoint("localhost", 80), false },
        { new NamedPipeEndPoint("pipe"), false },
        { new UnknownEndPoint(), false },
    };

    [Theory, MemberData(nameof(CanBindTable), DisableDiscoveryEnumeration = true)]
    public async Task CanBind_ByType_AsKestrelsTransport(EndPoint endPoint, bool expected)
    {
        await using var transport = new TransportUnderTest();

        Assert.Equal(expected, transport.Factory.CanBind(endPoint));
        using var loggers = new LoggerFactory();
        Assert.Equal(expected, new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers).CanBind(endPoint));
    }

    [Fact]
    public async Task OccupiedPort_AddressInUseException()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();

        await Assert.ThrowsAsync<AddressInUseException>(() => transport.BindAsync(listener.EndPoint));

        await using var other = new TransportUnderTest(options => options.ReusePort = true);
        await Assert.ThrowsAsync<AddressInUseException>(() => other.BindAsync(listener.EndPoint));
    }

    [Fact]
    public async Task PortZero_RealPortIsTold()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync();

        Assert.NotEqual(0, Assert.IsType<IPEndPoint>(listener.EndPoint).Port);
    }

    [Fact]
    public async Task ReusePort_TwoTransportsOnOnePort_BothServe()
    {
        await using var first = new TransportUnderTest(options => (options.ReusePort, options.EventLoops) = (true, 3));
        await using var second = new TransportUnderTest(options => (options.ReusePort, options.EventLoops) = (true, 3));
        var firstListener = await first.BindAsync();
        var secondListener = await second.BindAsync(firstListener.EndPoint);
        Assert.Equal(firstListener.EndPoint, secondListener.EndPoint);
        Assert.Single(first.Logs.Entries, e => e.EventId.Name == "Listening" && e.Message.EndsWith("with 3 socket(s).", StringComparison.Ordinal));

        var clients = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => RawClient.ConnectAsync(firstListener.EndPoint)));
        await Eventually.HoldsAsync(() => Accepted(first) + Accepted(second) == 100, "all to be accepted", () => $"{Accepted(first)} + {Accepted(second)}");

        Assert.True(Accepted(first) > 0 && Accepted(second) > 0, $"{Accepted(first)} and {Accepted(second)} connections");
        Array.ForEach(clients, client => client.Dispose());

        static double Accepted(TransportUnderTest transport) => transport.Metrics.Total("aeronet.connections.accepted");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connections_SpreadOverTheLoops_AndStayOnTheirs(bool reusePort)
    {
        await using var transport = new TransportUnderTest(options =>
            (options.ReusePort, options.EventLoops, options.Dispatch) = (reusePort, 4, DispatchMode.Inline));
        var listener = await transport.BindAsync();
        var loops = new Dictionary<string, int>();
        var clients = new List<RawClient>();
        for (var i = 0; i < 16; i++)
        {
            var (server, client) = await TransportUnderTest.ConnectAsync(listener);
            clients.Add(client);
            var names = ReadThreeTimesAsync(server);
            for (var n = 0; n < 3; n++)
            {
                await client.SendAsync("x");
                await client.ReadExactlyAsync(1);
            }

            var name = Assert.Single((await names.OrTimeout("the loops' names")).Distinct())!;
            loops[name] = loops.GetValueOrDefault(name) + 1;
        }

        Assert.Equal(["aeronet-loop-0", "aeronet-loop-1", "aeronet-loop-2", "aeronet-loop-3"], loops.Keys.Order());
        Assert.All(loops.Values, count => Assert.Equal(4, count));
        clients.ForEach(client => client.Dispose());

        static async Task<List<string?>> ReadThreeTimesAsync(ConnectionContext server)
        {
            var names = new List<string?>();
            for (var n = 0; n < 3; n++)
            {
                var read = await server.Transport.Input.ReadAsync().ConfigureAwait(false);
                names.Add(Thread.CurrentThread.Name);
                server.Transport.Input.AdvanceTo(read.Buffer.End);
                await server.Transport.Output.WriteAsync("y"u8.ToArray()).ConfigureAwait(false);
            }

            return names;
        }
    }

    [Theory]
    [InlineData(FileHandleType.Auto)]
    [InlineData(FileHandleType.Tcp)]
    public async Task FileHandle_InheritedSocket_ServesAndStaysTheOwners(FileHandleType type)
    {
        using var owner = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        owner.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        owner.Listen();
        await using (var transport = new TransportUnderTest())
        {
            var listener = await transport.BindAsync(new FileHandleEndPoint((ulong)owner.Handle, type));
            Assert.Equal(owner.LocalEndPoint, listener.EndPoint);
            var (server, client) = await TransportUnderTest.ConnectAsync(listener);
            Assert.Equal(owner.LocalEndPoint, server.LocalEndPoint);
            client.Dispose();
        }

        Assert.Equal(owner.LocalEndPoint, new SocketHandle((int)owner.Handle).GetLocalEndPoint());
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData(null)]
    public async Task FileHandle_NotASocketOrClosed_MessageSaysWhatToPass(string? path)
    {
        using var file = path is null ? null : File.OpenHandle(path);
        var number = (ulong)(file?.DangerousGetHandle() ?? 999_999);
        await using var transport = new TransportUnderTest();

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => transport.BindAsync(new FileHandleEndPoint(number, FileHandleType.Auto)));

        Assert.StartsWith($"File descriptor {number} cannot be listened on", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith("pass the number of an open, bound stream socket.", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DualMode_WildcardV6_AcceptsIPv4OrNot(bool dual)
    {
        if (!Socket.OSSupportsIPv6)
            Assert.Skip("IPv6 is off on this machine");

        await using var transport = new TransportUnderTest(options => options.DualMode = dual);
        var listener = await transport.BindAsync(new IPEndPoint(IPAddress.IPv6Any, 0));
        var port = ((IPEndPoint)listener.EndPoint).Port;
        using (await RawClient.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, port)))
            Assert.NotNull(await listener.AcceptAsync().OrTimeout("the IPv6 client"));

        var four = RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        if (!dual)
        {
            await Assert.ThrowsAnyAsync<SocketException>(() => four);
            return;
        }

        using var client = await four;
        var server = await listener.AcceptAsync().OrTimeout("the IPv4 client");
        Assert.Equal("::ffff:127.0.0.1", ((IPEndPoint)server!.RemoteEndPoint!).Address.ToString());
        Assert.Equal("::ffff:127.0.0.1", ((IPEndPoint)server.LocalEndPoint!).Address.ToString());
    }

    private sealed class UnknownEndPoint : EndPoint;
}
