using System.Net.Sockets;
using Aeronet.AspNetCore.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Contract;

/// <summary>The file of a Unix socket: whose it is, who may use it, and when it goes.</summary>
public sealed class UnixSocketFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aeronet-").FullName;

    private string SocketPath => Path.Combine(_folder, "test.sock");

    private UnixDomainSocketEndPoint EndPoint => new(SocketPath);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task StaleFile_OfADeadProcess_ReplacedAndLogged()
    {
        LeaveStaleFile();
        await using var transport = new TransportUnderTest();

        var listener = await transport.BindAsync(EndPoint);

        await AssertServesAsync(listener);
        Assert.Single(transport.Logs.Entries, e => e.EventId.Name == "StaleSocketReplaced" && e.Message.Contains(SocketPath, StringComparison.Ordinal));
    }

    [Fact]
    public async Task LiveServer_Refused_AndGoesOn()
    {
        await using var first = new TransportUnderTest();
        await using var second = new TransportUnderTest();
        var listener = await first.BindAsync(EndPoint);

        await Assert.ThrowsAsync<AddressInUseException>(() => second.BindAsync(EndPoint));

        using (await RawClient.ConnectAsync(EndPoint))
        {
            // The probe's connection comes first.
            Assert.NotNull(await listener.AcceptAsync().OrTimeout("a connection"));
        }

        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public async Task LiveServerThatAcceptsNobody_RefusedWithoutWaiting()
    {
        using var live = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        live.Bind(EndPoint);
        live.Listen(0);

        // Its queue is full: connecting would wait (unix(7)).
        var waiting = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            waiting.Add(client);
            try
            {
                client.Connect(EndPoint);
            }
            catch (SocketException)
            {
                // Full.
            }
        }

        await using var transport = new TransportUnderTest();
        await Assert.ThrowsAsync<AddressInUseException>(
            () => Task.Run(() => transport.Factory.BindAsync(EndPoint).AsTask()).OrTimeout("binding to be refused"));
        waiting.ForEach(client => client.Dispose());
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public async Task RegularFile_RefusedAndKept()
    {
        File.WriteAllText(SocketPath, "precious");
        await using var transport = new TransportUnderTest();

        await Assert.ThrowsAsync<AddressInUseException>(() => transport.BindAsync(EndPoint));

        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public async Task Directory_RefusedAndKept()
    {
        Directory.CreateDirectory(SocketPath);
        await using var transport = new TransportUnderTest();

        await Assert.ThrowsAsync<AddressInUseException>(() => transport.BindAsync(EndPoint));

        Assert.True(Directory.Exists(SocketPath));
    }

    [Fact]
    public async Task SymbolicLinkToARegularFile_RefusedAndKept()
    {
        var target = Path.Combine(_folder, "precious");
        File.WriteAllText(target, "precious");
        File.CreateSymbolicLink(SocketPath, target);
        await using var transport = new TransportUnderTest();

        await Assert.ThrowsAsync<AddressInUseException>(() => transport.BindAsync(EndPoint));

        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public async Task LiveDatagramSocket_RefusedAndKept()
    {
        using var live = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        live.Bind(EndPoint);
        await using var transport = new TransportUnderTest();

        await Assert.ThrowsAsync<AddressInUseException>(() => transport.BindAsync(EndPoint));

        Assert.True(File.Exists(SocketPath));
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite)]
    [InlineData((UnixFileMode)0b110_110_110)]
    public async Task UnixFileMode_Given_IsTheFiles(UnixFileMode mode)
    {
        await using var transport = new TransportUnderTest(options => options.UnixFileMode = mode);
        var listener = await transport.BindAsync(EndPoint);

        Assert.Equal(mode, File.GetUnixFileMode(SocketPath));
        await AssertServesAsync(listener);
    }

    [Fact]
    public async Task Unbind_FileIsRemoved()
    {
        await using var transport = new TransportUnderTest();
        var listener = await transport.BindAsync(EndPoint);
        Assert.True(File.Exists(SocketPath));

        await listener.UnbindAsync();
        Assert.False(File.Exists(SocketPath));
        await listener.DisposeAsync();

        await AssertServesAsync(await transport.BindAsync(EndPoint));
    }

    [Fact]
    public async Task MissingDirectory_SocketExceptionNotAddressInUse()
    {
        await using var transport = new TransportUnderTest();

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => transport.BindAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder, "missing", "a.sock"))));

        Assert.IsNotType<AddressInUseException>(thrown);
    }

    [Fact]
    public async Task AbstractName_ServesWithoutAFile()
    {
        await using var transport = new TransportUnderTest(options => options.UnixFileMode = UnixFileMode.UserRead);
        var endPoint = new UnixDomainSocketEndPoint($"\0aeronet-{Guid.NewGuid():N}");

        var listener = await transport.BindAsync(endPoint);

        await AssertServesAsync(listener);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
        await using var second = new TransportUnderTest();
        await Assert.ThrowsAsync<AddressInUseException>(() => second.BindAsync(endPoint));
    }

    private static async Task AssertServesAsync(IConnectionListener listener)
    {
        var (server, client) = await TransportUnderTest.ConnectAsync(listener);
        using (client)
        {
            await client.SendAsync("x");
            Assert.Equal(1, (await server.Transport.Input.ReadAsync().OrTimeout("a read")).Buffer.Length);
        }
    }

    private void LeaveStaleFile()
    {
        // The framework removes the file of the name that was bound: under another name it stays.
        var original = SocketPath + ".original";
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(original));
        socket.Listen();
        File.Move(original, SocketPath);
    }
}
