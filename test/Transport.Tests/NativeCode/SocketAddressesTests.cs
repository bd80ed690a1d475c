using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tests.NativeCode;

public sealed class SocketAddressesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Addresses => ["127.0.0.1:80", "255.1.2.3:65535", "[::1]:443", "[::ffff:10.0.0.1]:1", "[fe80::1%7]:8080", "[2001:db8::ff00:42:8329]:9"];

    [Theory, MemberData(nameof(Addresses))]
    public void Parse_IPAddress_AsTheFrameworkWritesIt(string text)
    {
        var endPoint = IPEndPoint.Parse(text);

        Assert.Equal(endPoint, SocketAddresses.Parse(Bytes(endPoint)));
    }

    [Fact]
    public void Parse_IPv6Scope_Kept() =>
        Assert.Equal(7, ((IPEndPoint)SocketAddresses.Parse(Bytes(IPEndPoint.Parse("[fe80::1%7]:1")))!).Address.ScopeId);

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void GetLocalEndPoint_BoundTcpSocket_AsTheFramework(AddressFamily family)
    {
        if (family == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
            Assert.Skip("IPv6 is off on this machine");

        using var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));

        Assert.Equal(socket.LocalEndPoint, new SocketHandle((int)socket.Handle).GetLocalEndPoint());
    }

    [Fact]
    public void GetLocalEndPoint_LinkLocalSocket_HasTheScope()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .FirstOrDefault(a => a.IsIPv6LinkLocal);
        if (address is null)
            Assert.Skip("no interface has a link-local IPv6 address");

        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));

        var local = Assert.IsType<IPEndPoint>(new SocketHandle((int)socket.Handle).GetLocalEndPoint());
        Assert.Equal(address.ScopeId, local.Address.ScopeId);
        Assert.Equal(socket.LocalEndPoint, local);
    }

    [Fact]
    public void GetLocalEndPoint_UnixPath_ThePath()
    {
        var path = Path.Combine(_folder, "a.sock");
        using var socket = Unix(path);

        Assert.Equal(path, new SocketHandle((int)socket.Handle).GetLocalEndPoint()!.ToString());
    }

    [Fact]
    public void GetLocalEndPoint_UnixLongestPath_ThePath()
    {
        // sun_path has 108 bytes; the last is the framework's terminator.
        var path = Path.Combine(_folder, new string('x', 107 - _folder.Length - 1));
        Assert.Equal(107, path.Length);
        using var socket = Unix(path);

        Assert.Equal(path, new SocketHandle((int)socket.Handle).GetLocalEndPoint()!.ToString());
    }

    [Fact]
    public void GetLocalEndPoint_UnixPathNotAscii_ThePath()
    {
        var path = Path.Combine(_folder, "größe-日本.sock");
        using var socket = Unix(path);

        Assert.Equal(path, new SocketHandle((int)socket.Handle).GetLocalEndPoint()!.ToString());
    }

    [Fact]
    public void GetLocalEndPoint_UnixAbstractName_AsTheFramework()
    {
        var name = $"\0aeronet-test-{Guid.NewGuid():N}";
        using var socket = Unix(name);

        var parsed = new SocketHandle((int)socket.Handle).GetLocalEndPoint();

        Assert.Equal(new UnixDomainSocketEndPoint(name).ToString(), parsed!.ToString());
        Assert.Equal(socket.LocalEndPoint, parsed);
    }

    [Fact]
    public void GetLocalEndPoint_UnixUnnamed_EmptyAndUsable()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        var parsed = Assert.IsType<UnixDomainSocketEndPoint>(new SocketHandle((int)socket.Handle).GetLocalEndPoint());

        Assert.Equal("", parsed.ToString());
        Assert.Equal(AddressFamily.Unix, parsed.AddressFamily);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Parse_TooShort_Null(int length) => Assert.Null(SocketAddresses.Parse(new byte[length]));

    [Fact]
    public void Parse_OtherFamily_Null() => Assert.Null(SocketAddresses.Parse([16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));

    private static byte[] Bytes(EndPoint endPoint)
    {
        var address = endPoint.Serialize();
        return [.. Enumerable.Range(0, address.Size).Select(i => address[i])];
    }

    private static Socket Unix(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(name));
        return socket;
    }
}
